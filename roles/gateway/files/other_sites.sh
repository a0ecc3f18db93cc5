#!/bin/sh
# What stands in the way of our site among nginx's other sites; reads only. One line each on standard output:
#   example PATH   the package's own example site, as the package left it: a link to a conffile that nobody edited
#   clash PATH     a site that wants to be the default server on 80 or 443, which only one can be
# Everything else is somebody's own and stays as it is. Argument: nginx's directory (/etc/nginx).
set -eu
nginx=${1:-/etc/nginx}

unedited() {
    wanted=$(dpkg-query --show --showformat '${Conffiles}\n' 'nginx*' 2>/dev/null |
        sed -n "s|^ *$nginx/sites-available/default \([0-9a-f]\{32\}\).*|\1|p" | head -n 1)
    found=$(md5sum <"$nginx/sites-available/default" | cut -d ' ' -f 1)
    [ -n "$wanted" ] && [ "$wanted" = "$found" ]
}

example=$nginx/sites-enabled/default
if [ -L "$example" ] && [ -f "$example" ] &&
    [ "$(readlink -f "$example")" = "$(readlink -f "$nginx/sites-available/default")" ] && unedited
then
    echo "example $example"
else
    example=
fi

for file in "$nginx"/sites-enabled/* "$nginx"/conf.d/*.conf; do
    if [ ! -f "$file" ] || [ "$file" = "$example" ] || [ "${file##*/}" = backbone.conf ]; then
        continue
    fi
    if sed 's/#.*//' "$file" | tr '\n;' ' \n' | grep -Eq \
        '(^|[[:space:]{}])listen[[:space:]]+((\*|0\.0\.0\.0|\[::\]):)?(80|443)[[:space:]]([^;]*[[:space:]])?default(_server)?([[:space:]]|$)'
    then
        echo "clash $file"
    fi
done
