"""Day-2 work over pyinfra's transport: backup drills, restores, patch waves."""
