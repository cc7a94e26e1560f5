"""HTTP: health for supervisors, metrics for Prometheus, and a small reading API for `slamon status`."""
