"""A class on one machine: so many learners run chapters at once, through the JupyterHub of `deploy/jupyterhub`."""
