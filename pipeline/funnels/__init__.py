"""Setting up funnels and their stages at run time: verbs, what a change would touch, the administrator's screen."""
