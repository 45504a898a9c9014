"""The librarian's and the reviewer's pages and the JSON API; reads through warehouse and synthesis. Nothing is here yet."""
