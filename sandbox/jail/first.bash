# The very first shell of a sandbox: an interactive login on the course's EC2 workstation.
builtin cd ~/environment || builtin cd || __sandbox_lost=1
builtin unset -v OLDPWD
PS1='[\u@\h \W]\$ '
HISTSIZE=1000
HISTFILESIZE=1000
unset -v HISTFILE  # the page keeps the history; a file would make every command a change
alias grep='grep --color=auto' l.='ls -d .* --color=auto' ll='ls -l --color=auto' ls='ls --color=auto'
umask 0022
if [[ -r ~/.bash_profile ]]; then . ~/.bash_profile; elif [[ -r ~/.bashrc ]]; then . ~/.bashrc; fi
shopt -u extglob
shopt -s expand_aliases
__sandbox_last=
