# fish completion for p2plab: p2plab completion fish | source
# SPDX-License-Identifier: MIT
function __p2plab_answer
	set -l words (commandline -opc)
	set -l current (commandline -ct)
	set -l program (string replace -r '^~' $HOME -- $words[1])
	set -l lines ($program completion answer -- $words[2..-1] "$current" 2>/dev/null)
	if test (count $lines) -gt 1
		printf '%s\n' $lines[1..-2]
	else if test "$lines[1]" = :files
		set -l option (string match -r '^--[^=]*=' -- "$current")
		printf "$option%s\n" (__fish_complete_path (string replace -r '^--[^=]*=' '' -- "$current"))
	end
end
complete -c p2plab -f -a '(__p2plab_answer)'
