-- question: What is new, changed, missing, withdrawn or back since a day?
-- grain: a row a change at an address of a work, newest first
-- parameter since (date, default 1900-01-01): the first day
SELECT c.changed_at, c.change, c.new_work, c.work, c.title, c.url, c.run
FROM v_changes c
WHERE c.changed_at >= $since::DATE
ORDER BY c.changed_at DESC, c.url, c.change
