# bash completion for p2plab: eval "$(p2plab completion bash)"
# SPDX-License-Identifier: MIT
_p2plab() {
	local line
	COMPREPLY=()
	while IFS= read -r line; do
		case $line in
		:files) ;;
		:none) compopt +o default 2>/dev/null ;;
		*) COMPREPLY+=("${line%%$'\t'*}") ;;
		esac
	done < <("${1/#\~/$HOME}" completion answer -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _p2plab p2plab
