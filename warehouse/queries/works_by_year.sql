-- question: How many works were published each year, by study design?
-- grain: a row a year and study design; works without a date are under year null
SELECT "year", study_design, count(*) AS works
FROM works
WHERE relevance = 'relevant'
GROUP BY ALL
ORDER BY "year" NULLS LAST, works DESC, study_design
