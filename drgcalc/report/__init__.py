"""Rendering only: results as rich renderables for a terminal. Nothing here reads, computes money or prints."""
