"""The fault matrix: every fault that can be arranged on one machine, with what saves slamon from it and without."""
