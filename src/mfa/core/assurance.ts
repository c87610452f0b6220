/** What `acr` of an access token says about how its session was made; the names are public. */
export const ACR = {
  /** Without a proof, as from a network that is trusted. */
  noFactor: 'urn:nestjs-mfa:acr:0',
  singleFactor: 'urn:nestjs-mfa:acr:1',
  twoFactors: 'urn:nestjs-mfa:acr:2',
} as const;

/** One of {@link ACR}. */
export type Acr = (typeof ACR)[keyof typeof ACR];

/** From the weakest to the strongest. */
const STRENGTHS: readonly Acr[] = [ACR.noFactor, ACR.singleFactor, ACR.twoFactors];

/** The `acr` that belongs to method references [OpenID Connect Core §2, RFC 8176 §2]. */
export function acrOf(amr: readonly string[]): Acr {
  if (amr.length === 0) return ACR.noFactor;
  return amr.includes('mfa') ? ACR.twoFactors : ACR.singleFactor;
}

/** Whether what was proven is at least as strong as what is asked for. */
export function satisfies(amr: readonly string[], asked: Acr): boolean {
  return STRENGTHS.indexOf(acrOf(amr)) >= STRENGTHS.indexOf(asked);
}
