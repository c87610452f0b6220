import type * as Otplib from 'otplib';
import { OptionalPackage } from '../../kit/optional-package.js';
import { type AppState, type TotpAlgorithm } from './app.state.js';

const HASHES: Readonly<Record<TotpAlgorithm, Otplib.HashAlgorithm>> = {
  SHA1: 'sha1',
  SHA256: 'sha256',
  SHA512: 'sha512',
};

/** A short label keeps the QR code coarse, and so easy to scan. */
const MAX_ACCOUNT_CHARACTERS = 64;

/** A code, and what it is judged against. */
export interface CodeMatch {
  readonly state: AppState;
  /** Digits alone, as many as the state says. */
  readonly code: string;
  readonly now: Date;
  /** Steps accepted before and after the present one. */
  readonly windowSteps: number;
}

/** The mathematics of time-based codes [RFC 6238], on top of the package. */
export class Totp {
  private readonly base32: Otplib.ScureBase32Plugin;
  private readonly totp: Otplib.TOTP;

  constructor(private readonly otplib: typeof Otplib) {
    const { NobleCryptoPlugin, ScureBase32Plugin, TOTP } = otplib;
    this.base32 = new ScureBase32Plugin();
    this.totp = new TOTP({ crypto: new NobleCryptoPlugin(), base32: this.base32 });
  }

  /** Base 32 without padding, as authenticator apps take a secret [RFC 4648 §6]. */
  encodeSecret(secret: Uint8Array): string {
    return this.base32.encode(secret, { padding: false });
  }

  /**
   * The step that this code belongs to. It lies within the window, and is later than every used
   * step within the window's reach: a code of the step ahead is thus spent before its step comes
   * [RFC 6238 §5.2]. A used step beyond the window was accepted while the clock was wrong, and does
   * not count.
   *
   * @returns null when there is no such step
   */
  async matchingStep(match: CodeMatch): Promise<number | null> {
    const { state, now, windowSteps } = match;
    const { periodSeconds, usedSteps } = state;
    const latestStep = Math.floor(secondsOf(now) / periodSeconds) + windowSteps;
    const lastStep = Math.max(-1, ...usedSteps.filter((step) => step <= latestStep));
    if (lastStep === latestStep) return null;
    return this.stepAfter(lastStep, match);
  }

  /** Whether this code would be right if its step had not been used. */
  async isUsed(match: CodeMatch): Promise<boolean> {
    const step = await this.stepAfter(-1, match);
    return step !== null && match.state.usedSteps.includes(step);
  }

  private async stepAfter(lastStep: number, match: CodeMatch): Promise<number | null> {
    const { state, code, now, windowSteps } = match;
    const { secret, algorithm, digits, periodSeconds } = state;
    const result = await this.totp.verify(code, {
      secret,
      algorithm: HASHES[algorithm],
      digits,
      period: periodSeconds,
      epoch: secondsOf(now),
      epochTolerance: windowSteps * periodSeconds,
      ...(lastStep < 0 ? {} : { afterTimeStep: lastStep }),
    });
    return result.valid ? result.timeStep : null;
  }

  /**
   * The otpauth URI of an enrolment, as authenticator apps scan it. Parameters that have their
   * usual value (SHA1, 6 digits, 30 seconds) are left out: some apps stumble over them. Without an
   * account name the issuer is the label: some apps refuse an empty one.
   */
  otpauthUri(state: AppState, issuer: string, account: string): string {
    return this.otplib.generateURI({
      issuer,
      label: nameOf(account) || issuer,
      secret: state.secret,
      algorithm: HASHES[state.algorithm],
      digits: state.digits,
      period: state.periodSeconds,
    });
  }
}

function secondsOf(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

/** Replaces colons: to an app a colon ends the issuer, even an escaped one. */
function nameOf(account: string): string {
  const plain = account
    .replace(/[\p{Cc}\p{Cs}]/gu, '')
    .replaceAll(':', '.')
    .trim();
  return [...plain].slice(0, MAX_ACCOUNT_CHARACTERS).join('');
}

/** The package that computes time-based codes. */
export const totpPackage = new OptionalPackage(
  'otplib',
  async () => new Totp(await import('otplib')),
);
