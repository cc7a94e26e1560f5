#!/bin/sh
# Install Debian's Redmine. Since the security update of Ruby 3.1.7 its bundler takes gems without a folder of their own
# for deleted, and most of Debian's have none: the package cannot be configured until there are such folders.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get install -y -qq --no-install-recommends redmine redmine-sqlite puma faketime >/dev/null 2>&1 && exit 0
for specification in /usr/share/rubygems-integration/*/specifications/*.gemspec \
  /usr/lib/*/rubygems-integration/*/specifications/*.gemspec; do
  [ -e "$specification" ] || continue
  name=${specification##*/}
  mkdir -p "${specification%/specifications/*}/gems/${name%.gemspec}"
done
dpkg --configure -a >/dev/null
