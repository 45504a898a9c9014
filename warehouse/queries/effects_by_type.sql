-- question: In which direction did outcomes move, by type of integration, in the works' own data?
-- grain: a row an integration type and outcome; a work counts once in each direction, hedged claims are left out
-- parameter strength (label of evidence_strength, default none): works of at least this strength
SELECT f.type AS integration_type, f.outcome, count(DISTINCT f.work) AS works,
       count(DISTINCT f.work) FILTER (f.direction = 'improved') AS improved, count(DISTINCT f.work) FILTER (f.direction = 'worsened') AS worsened,
       count(DISTINCT f.work) FILTER (f.direction = 'no_change') AS no_change, count(DISTINCT f.work) FILTER (f.direction = 'mixed') AS mixed,
       count(DISTINCT f.work) FILTER (f.direction = 'unclear') AS unclear
FROM (
    SELECT w.id AS work, unnest(g.integration_types) AS type, g.outcome, g.direction
    FROM findings g JOIN judged_documents j ON j.document = g.document JOIN works w ON w.id = j.work
    WHERE g.own AND NOT g.hedged AND w.relevance = 'relevant'
      AND list_position(['none', 'anecdotal', 'limited', 'moderate', 'strong'], w.evidence_strength)
          >= list_position(['none', 'anecdotal', 'limited', 'moderate', 'strong'], $strength)
) f
GROUP BY ALL
ORDER BY integration_type, works DESC, f.outcome
