"""What the commands do; each returns its exit code and says on standard error what a person should know."""
