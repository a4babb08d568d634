# The book with every program that its experiments drive: for Docker, Podman, a dev container, Binder and Kubernetes.
#
#     docker build -t protocols-on-trial .
#     docker run --rm -p 127.0.0.1:8888:8888 protocols-on-trial
#
# chapters/appendix/teaching.md says which options let the network experiments run live.
FROM debian:bookworm-slim

# Binder and Zero to JupyterHub run it as a user with this number, and mount a volume over the home.
ARG NB_USER=reader
ARG NB_UID=1000
# For Zero to JupyterHub: that of the chart's hub, which `helm show chart` calls appVersion.
ARG JUPYTERHUB=6.1.1

COPY apt.txt /tmp/apt.txt
RUN apt-get update -qq \
    && DEBIAN_FRONTEND=noninteractive xargs -a /tmp/apt.txt apt-get install -qq --no-install-recommends python3 git \
    && rm -rf /var/lib/apt/lists/* /tmp/apt.txt \
    && useradd --create-home --uid "$NB_UID" --shell /bin/bash "$NB_USER"

# The packages first: they change less often than the chapters do.
WORKDIR /opt/protocols-on-trial
COPY requirements.txt .
RUN python3 -m venv .venv \
    && .venv/bin/pip install --quiet --no-cache-dir -r requirements.txt "jupyterhub==$JUPYTERHUB"
COPY . .
RUN .venv/bin/pip install --quiet --no-cache-dir --no-deps --no-build-isolation --editable . \
    && .venv/bin/pip check \
    && .venv/bin/python -m tools.npm \
    && MPLCONFIGDIR=_build/class/matplotlib .venv/bin/python -c "import matplotlib.font_manager"

ENV PATH=/opt/protocols-on-trial/.venv/bin:$PATH PYTHONUTF8=1 LANG=C.UTF-8
USER $NB_USER
WORKDIR /home/$NB_USER
EXPOSE 8888
# It copies the chapters into the home, where the reader may change them, and becomes the command.
ENTRYPOINT ["/opt/protocols-on-trial/.venv/bin/python", "/opt/protocols-on-trial/deploy/start.py"]
CMD ["jupyter", "lab", "--ip=0.0.0.0", "--port=8888", "--no-browser"]
