"""Document to Tags, Findings and Appraisal, each with the sentence that shows it."""
