#!/usr/bin/env bash
# demo.sh NESCIO -- a credit decision from an ONNX file to a proof that a stranger verifies; then what does not work:
# three forgeries, and an applicant below the threshold. NESCIO is the program. Called by ./dev demo.
set -euo pipefail
nescio=$(readlink -f "${1:?usage: demo.sh NESCIO}")
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

say() { printf '\n%s\n' "$*"; }
fail() {
  printf 'demo: %s\n' "$*" >&2
  exit 1
}

# announce COMMAND...: as a person would type it.
announce() {
  local word line='$'
  for word; do
    word=${word/#$nescio/nescio}
    word=${word/#$here\//}
    [[ $word == *' '* ]] && word="\"$word\""
    line+=" $word"
  done
  printf '  %s\n' "$line"
}

# shown COMMAND...: announced and run, its output indented.
shown() {
  announce "$@"
  "$@" 2>&1 | sed 's/^/    /'
}

# kept FILE COMMAND...: as shown; the standard output is also kept in FILE.
kept() {
  local file=$1
  shift
  announce "$@"
  "$@" >"$file"
  sed 's/^/    /' "$file"
}

# must_exit CODE COMMAND...
must_exit() {
  local want=$1 got=0
  shift
  shown "$@" || got=$?
  [[ $got == "$want" ]] || fail "expected exit code $want, got $got"
}

# field FILE KEY [KEY...]: a value of a JSON file.
field() { python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2:]: value = value[key]
print(value)' "$@"; }

say "1. The lender compiles its private scorecard and commits to it."
shown "$nescio" compile "$here/model.onnx" --calibrate "$here/calibrate.csv" -o model.nescio
shown "$nescio" commit model.nescio --proving-key lender.pk --verifying-key lender.vk

say "2. It proves that an applicant reaches 700 points, without showing the score, the applicant or the model."
kept prove.json "$nescio" prove --proving-key lender.pk --input "$here/applicant_good.json" \
  --statement "score >= 700" -o proof.nescio --json

say "3. A stranger, in an empty folder, with the public key and the proof alone."
mkdir stranger
cp lender.vk proof.nescio stranger
(cd stranger && must_exit 0 "$nescio" verify --verifying-key lender.vk proof.nescio --statement "score >= 700")
(cd stranger && "$nescio" verify --verifying-key lender.vk proof.nescio --json) >verify.json

say "4. Forgeries. One byte changed:"
python3 -c 'import sys
proof = bytearray(open("proof.nescio", "rb").read())
proof[len(proof) // 2] ^= 1
open("changed.nescio", "wb").write(proof)'
must_exit 1 "$nescio" verify --verifying-key lender.vk changed.nescio

say "   The same proof, claimed to be of another lender's model of the same shape:"
"$nescio" compile "$here/other_model.onnx" --calibrate "$here/calibrate.csv" -o other.nescio >/dev/null
"$nescio" commit other.nescio --proving-key other.pk --verifying-key other.vk >/dev/null
must_exit 1 "$nescio" verify --verifying-key other.vk proof.nescio

say "   The same proof, relabelled as one of a score of at least 800:"
python3 -c 'proof = open("proof.nescio", "rb").read()
assert proof.count(b"score >= 700") == 1, "the statement is not in the proof file as text"
open("relabelled.nescio", "wb").write(proof.replace(b"score >= 700", b"score >= 800"))'
must_exit 1 "$nescio" verify --verifying-key lender.vk relabelled.nescio
must_exit 1 "$nescio" verify --verifying-key lender.vk proof.nescio --statement "score >= 800"

say "5. An applicant below the threshold: there is no proof to be had."
must_exit 2 "$nescio" prove --proving-key lender.pk --input "$here/applicant_bad.json" --statement "score >= 700" \
  -o refused.nescio
[[ ! -e refused.nescio ]] || fail "a proof file was written for a false statement"

"$nescio" report model.nescio --data "$here/test.csv" --predictions predictions.csv --json >report.json
python3 "$here/auc.py" predictions.csv "$here/test_labels.csv" >auc.json

say "6. In numbers"
row() { printf '  %-34s %s\n' "$1" "$2"; }
row "prove" "$(field prove.json prove_ms) ms"
row "verify" "$(field verify.json verify_ms) ms"
row "checking the key, once" "$(field verify.json key_check_ms) ms"
row "proof" "$(stat -c %s proof.nescio) bytes"
row "verifying key" "$(stat -c %s lender.vk) bytes"
row "memory while proving" "$(($(field prove.json peak_memory_bytes) / 1000000)) MB"
row "security" "$(field verify.json security_bits) bits"
row "test AUC, float model" "$(printf %.4f "$(field auc.json score_float)")"
row "test AUC, as proven" "$(printf %.4f "$(field auc.json score_quantised)")"
