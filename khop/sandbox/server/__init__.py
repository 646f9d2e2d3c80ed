"""The world behind its servers, the control plane, and the sandbox as a process."""
