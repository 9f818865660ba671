#compdef p2plab
# SPDX-License-Identifier: MIT
# zsh completion for p2plab, behind compinit: eval "$(p2plab completion zsh)"
_p2plab() {
	local line files=no
	local -a values
	while IFS= read -r line; do
		case $line in
		:files) files=yes ;;
		:none) ;;
		*) values+=("${${line//:/\\:}/$'\t'/:}") ;;
		esac
	done < <(${~words[1]} completion answer -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)
	if (( $#values )); then
		_describe -t values value values
	elif [[ $files = yes ]]; then
		compset -P '--*='
		_files
	fi
}
if [[ $funcstack[1] = _p2plab ]]; then
	_p2plab "$@"
else
	compdef _p2plab p2plab
fi
