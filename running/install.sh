#!/bin/sh
# Make what a command needs; each part is skipped in no time when it is there already.
#   install.sh runtime   .venv with requirements/runtime.txt
#   install.sh dev       the same with requirements/dev.txt on top
#   install.sh browser   Debian's Chromium and a Chinese font, for the tests
set -eu
cd "$(dirname "$0")/.."

# Both languages stand here: before the dependencies are installed nothing can compile or read a catalogue.
in_words() {
    case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
    [zZ][hH]*) printf '%s' "$2" ;;
    *) printf '%s' "$1" ;;
    esac
}
say() { printf 'gongdan | %s\n' "$(in_words "$@")"; }
fail() { printf 'make: %s\n' "$(in_words "$@")" >&2; exit 1; }
version='import sys; v = sys.version_info[:2]; sys.exit(not (3, 11) <= v <= (3, 13))'

apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1 && return 0
    apt-get update -qq >/dev/null 2>&1 || true
    apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}

can_apt() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }

find_python() {
    for python in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if "$python" -c "$version" 2>/dev/null; then
            printf '%s\n' "$python"
            return 0
        fi
    done
    return 1
}

make_venv() {
    python=$(find_python) || fail \
        "Python 3.11, 3.12 or 3.13 is needed and none is on PATH (PYTHON=/path/to/python3 names one)" \
        "需要 Python 3.11、3.12 或 3.13，但 PATH 中没有（可用 PYTHON=/path/to/python3 指定）"
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        can_apt || fail \
            "this Python lacks venv; on Debian or Ubuntu: sudo apt-get install python3-venv" \
            "此 Python 缺少 venv；在 Debian 或 Ubuntu 上请执行：sudo apt-get install python3-venv"
        say "installing python3-venv" "正在安装 python3-venv"
        apt_install python3-venv || fail "python3-venv could not be installed" "python3-venv 安装失败"
    fi
    say "making .venv with $("$python" -V)" "正在用 $("$python" -V) 创建 .venv"
    rm -rf .venv
    "$python" -m venv .venv
}

# install LOCK...: a copy of the locks in .venv tells what is installed.
install() {
    .venv/bin/python -c "$version" 2>/dev/null && [ -x .venv/bin/pip ] || make_venv
    stamp=".venv/installed-$kind.txt"
    cat "$@" | cmp -s - "$stamp" && return 0
    say "installing the locked dependencies ($kind), about half a minute" \
        "正在安装锁定版本的依赖（$kind），约需半分钟"
    arguments=
    for lock in "$@"; do arguments="$arguments -r $lock"; done
    # shellcheck disable=SC2086  # the lock names hold no spaces
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes $arguments ||
        fail "the dependencies could not be installed; pip's reason stands above" \
            "依赖安装失败，原因见上方 pip 的输出"
    cat "$@" >"$stamp"
}

browser() {
    wanted=
    command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || wanted=chromium
    command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list :lang=zh-cn family)" ] || wanted="$wanted fonts-noto-cjk fontconfig"
    [ -n "$wanted" ] || return 0
    can_apt || fail \
        "the browser tests need:$(printf ' %s' $wanted) (on Debian: sudo apt-get install $wanted)" \
        "浏览器测试需要：$(printf ' %s' $wanted)（Debian 上请执行：sudo apt-get install $wanted）"
    say "installing $wanted" "正在安装 $wanted"
    # shellcheck disable=SC2086  # a list of package names
    apt_install $wanted || fail "could not install $wanted" "$wanted 安装失败"
}

kind=${1:?runtime, dev or browser}
case $kind in
runtime) install requirements/runtime.txt ;;
dev) install requirements/runtime.txt requirements/dev.txt ;;
browser) browser ;;
*) fail "unknown part: $kind" "未知的安装项：$kind" ;;
esac
