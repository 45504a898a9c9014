"""Evidence map, direction of effect, PRISMA flow, briefs; reads only through warehouse. Nothing is here yet."""
