"""The articles that demarche ships."""
