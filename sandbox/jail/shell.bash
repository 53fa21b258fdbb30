# Sourced by every command's shell, with aliases off so that none of the learner's is expanded in here.
# No external program and, but for odd cases, no fork: it runs after each command.
__sandbox_return() { builtin return "$1"; }

# $? and $_, before anything changes them.
__sandbox_note() { __sandbox_status=$1 __sandbox_last=$2; }

# $1: end (the lines are done) or exit (they ended the shell); then the positional parameters.
# Options go to a file of their own, as the traps have done: they are restored last.
__sandbox_leave() {
  { builtin shopt -p; builtin set +o; } >| /run/sandbox/options || :
  builtin trap '' INT HUP
  builtin trap - EXIT DEBUG ERR RETURN
  builtin set +eufxvT +o posix
  builtin shopt -u extdebug nocasematch
  __sandbox_how=$1
  builtin shift
  [[ $PWD -ef . ]] || PWD=$(builtin pwd -P 2>/dev/null || builtin printf '%s' "$PWD")
  {
    builtin printf '#left %s\n' "$__sandbox_how"
    builtin printf 'builtin cd -- %s || __sandbox_lost=1\nbuiltin unset -v OLDPWD\n' "${PWD@Q}"
    builtin printf '__sandbox_last=%s\n' "${__sandbox_last@Q}"
    [[ -v __sandbox_exit ]] && builtin printf '__sandbox_exit=%s\n' "${__sandbox_exit@Q}"
    for ((__sandbox_i = ${#DIRSTACK[@]} - 1; __sandbox_i > 0; __sandbox_i--)); do
      builtin printf 'builtin pushd -n %s\n' "${DIRSTACK[__sandbox_i]@Q}"
    done
    builtin printf 'builtin set --'
    (($#)) && builtin printf ' %s' "${@@Q}"
    builtin printf '\n'
    builtin unset -f __sandbox_leave __sandbox_note __sandbox_return
    builtin declare -f
    builtin declare -F
    while IFS= builtin read -r __sandbox_i; do
      [[ -v $__sandbox_i || -n ${!__sandbox_i@a} ]] || builtin printf 'builtin unset -v %s\n' "$__sandbox_i"
    done < /run/sandbox/names
    builtin set -- "$__sandbox_status" "$__sandbox_how"
    builtin unset -v __sandbox_how __sandbox_status __sandbox_last __sandbox_i __sandbox_exit __sandbox_traps
    builtin unset -v BASHPID BASH_ALIASES BASH_ARGV0 BASH_CMDS BASH_COMMAND BASH_EXECUTION_STRING BASH_SUBSHELL COLUMNS COMP_WORDBREAKS \
      DIRSTACK EPOCHREALTIME EPOCHSECONDS FUNCNAME HISTCMD LINENO LINES PWD RANDOM SECONDS SRANDOM _
    builtin printf '\n#variables\n'
    builtin declare -p
    builtin printf '\n#end of variables\n'
    builtin alias -p
    builtin complete -p
    builtin umask -p
    builtin printf '#complete\n'
  } >| /run/sandbox/new
  builtin jobs -pr >| /run/sandbox/jobs
  builtin disown -a
  [[ $2 == exit ]] || builtin exit "$1"
}
