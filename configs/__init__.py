"""The Hydra configs that demarche ships."""
