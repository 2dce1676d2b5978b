"""Analyses over datasets: chains of stages whose kernels know nothing of the machine, and the engines that run them."""
