"""The data that demarche ships; `README.md` is its card."""
