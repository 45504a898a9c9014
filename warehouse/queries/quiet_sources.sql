-- question: Which sources have brought nothing new for long, or no longer answer?
-- grain: a row a source, the one that is silent for longest first
-- parameter days (integer, default 180): so many days without a new work, counted back from the newest capture of all
WITH asked AS (SELECT max(last_seen) AS newest FROM captures)
SELECT s.source, max(h.changed_at) AS last_news, date_diff('day', max(h.changed_at), any_value(asked.newest)) AS days_silent, s.last_capture,
       (SELECT count(*) FROM addresses a WHERE a.source = s.source AND a.last_outcome IN ('failed', 'refused')) AS addresses_failing,
       (SELECT count(*) FROM addresses a WHERE a.source = s.source) AS addresses
FROM sources s CROSS JOIN asked
LEFT JOIN addresses a ON a.source = s.source LEFT JOIN changes h ON h.url = a.url AND h.change IN ('new', 'changed', 'returned')
GROUP BY s.source, s.last_capture
HAVING max(h.changed_at) IS NULL OR date_diff('day', max(h.changed_at), any_value(asked.newest)) >= $days
ORDER BY days_silent DESC NULLS FIRST, s.source
