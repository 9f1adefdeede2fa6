/** Finds what looks like a secret in a text, so that no log and no history holds it. */

export const hidden = '[secret]'

/** UTF-16 units; a secret that begins before a text is cut is read this far beyond the cut. */
const beyond = 8_192

/**
 * Forms of secrets, in capital letters or small ones. None takes more than linear time: each one
 * either ends within a bound, or takes in all it has read.
 */
export const secretForms: Readonly<Record<string, string>> = {
  /** A Tollgate key is team, id and secret in one run; hashes of keys are runs as well. */
  'long runs of letters and digits': '(?<![a-z0-9])[a-z0-9]{49}[a-z0-9]*',
  /** AWS, "IAM identifiers": unique ID prefixes of keys. */
  'AWS access key ids': String.raw`\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b`,
  'named secrets': String.raw`(?:secret|access_?key|_token|api[_-]?key|password)["']?\s?[=:]\s?["']?[^\s"',;&]{4,}`,
  'bearer tokens': String.raw`\bbearer\s[a-z0-9._~+/=-]{8,}`,
  'basic credentials': String.raw`\bbasic\s[a-z0-9+/=]{12,}`,
  'keys of OpenAI, Anthropic and Stripe': String.raw`\b[sr]k[-_][a-z0-9_-]{10,}`,
  'tokens of Slack': String.raw`\bxox[a-z]-[a-z0-9-]{8,}`,
  'tokens of GitHub': String.raw`\b(?:gh[pousr]|github_pat)_[a-z0-9_]{10,}`,
  'tokens of GitLab and npm': String.raw`\b(?:glpat-|npm_)[a-z0-9_-]{10,}`,
  'tokens of Hugging Face and Google': String.raw`\b(?:hf_|AIza)[a-z0-9_-]{10,}`,
  'JSON Web Tokens': String.raw`\beyJ[a-z0-9_-]{8,}[a-z0-9_.-]*`,
  'PEM blocks': '-----BEGIN [A-Z ]*-----(?:-?[^-])*(?:-----END [A-Z ]*-----)?',
  'credentials in addresses': String.raw`://[^\s/:@]{1,100}:[^\s/@]{1,100}@`,
}

const forms = new RegExp(Object.values(secretForms).join('|'), 'gi')

/** At most so much of it, in UTF-16 units, and of a secret that begins there no part. */
export function redacted(text: string, most = text.length): string {
  const seen = text.slice(0, most + beyond)
  let told = ''
  let at = 0
  for (const { index, 0: found } of seen.matchAll(forms)) {
    if (index >= most) break
    told += seen.slice(at, index) + hidden
    at = index + found.length
  }
  return (told + seen.slice(at, Math.max(at, most))).toWellFormed()
}
