/*
 * Walks through the whole flow in Swagger UI with a headless browser, as a person would:
 *
 *   node scripts/try-swagger-ui.mjs [folder for screenshots]
 *
 * Needs a build in dist/ and a Chromium (CHROMIUM_PATH, or /usr/bin/chromium).
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'otplib';
import { tryInBrowser } from './try-in-browser.mjs';

const SCREENSHOT_FOLDER = process.argv[2] ?? join(tmpdir(), 'swagger-ui');
const STEP_SECONDS = 30;

/** @typedef {import('playwright-core').Page} Page */

/** One operation of the page. */
class Operation {
  /**
   * @param {Page} page
   * @param {string} method
   * @param {string} path
   */
  constructor(page, method, path) {
    this.page = page;
    this.method = method;
    this.path = `/api/auth/${path}`;
    this.block = page
      .locator(`.opblock-${method.toLowerCase()}`)
      .filter({ has: page.locator(`[data-path="${this.path}"]`) });
    this.body = this.block.locator('textarea.body-param__text');
  }

  async open() {
    const isOpen = await this.block.evaluate((block) => block.classList.contains('is-open'));
    if (!isOpen) await this.block.locator('.opblock-summary-control').click();
    await this.block.locator('button.execute').waitFor();
    return this;
  }

  /**
   * Changes members of the shown body, and keeps all others.
   *
   * @param {object} members
   */
  async edit(members) {
    const body = JSON.parse(await this.body.inputValue());
    await this.body.fill(JSON.stringify({ ...body, ...members }, null, 2));
  }

  /** @param {object} body */
  async replaceBody(body) {
    await this.body.fill(JSON.stringify(body, null, 2));
  }

  /**
   * Presses "Execute" and reads the shown result.
   *
   * @param {number} expectedStatus
   * @param {string} [screenshot]
   */
  async execute(expectedStatus, screenshot) {
    const answered = this.page.waitForResponse(
      (answer) =>
        answer.request().method() === this.method && new URL(answer.url()).pathname === this.path,
    );
    await this.block.locator('button.execute').click();
    const body = await (await answered).text();
    const shown = this.block.locator('.live-responses-table .response-col_status').last();
    await shown.filter({ hasText: String(expectedStatus) }).waitFor({ timeout: 5_000 });
    if (screenshot !== undefined) await this.shoot(screenshot);
    console.log(`${this.method} ${this.path}: ${expectedStatus}, as the page shows`);
    return body === '' ? null : JSON.parse(body);
  }

  /** @param {string} name */
  async shoot(name) {
    await this.block.screenshot({ path: join(SCREENSHOT_FOLDER, `${name}.png`) });
  }

  /**
   * Waits until the lock of the operation shows whether it sends an access token.
   *
   * @param {'locked' | 'unlocked'} state
   */
  async waitForLock(state) {
    await this.block.locator(`.authorization__btn[aria-label$=" ${state}"]`).waitFor();
  }

  /**
   * Waits until the body contains a value of an earlier answer.
   *
   * @param {string} name
   * @param {string} value
   */
  async waitForMember(name, value) {
    for (let tries = 0; tries < 20; tries += 1) {
      if (JSON.parse(await this.body.inputValue())[name] === value) return;
      await this.page.waitForTimeout(100);
    }
    assert.fail(`${this.path} does not show the ${name} of the answer before.`);
  }
}

/**
 * The siblings that overlap with a figure.
 *
 * @param {import('playwright-core').Locator} figure
 */
function coveredBy(figure) {
  return figure.evaluate((element) => {
    const own = element.getBoundingClientRect();
    return [...(element.parentElement?.children ?? [])]
      .filter((other) => {
        const { top, bottom } = other.getBoundingClientRect();
        return other !== element && bottom > own.top && top < own.bottom;
      })
      .map((other) => other.className);
  });
}

/** @param {Page} page */
async function walk(page) {
  /** @type {(method: string, path: string) => Promise<Operation>} */
  const operation = (method, path) => new Operation(page, method, path).open();
  const username = `u${randomBytes(5).toString('hex')}`;
  const credentials = { username, password: randomBytes(12).toString('base64url') };
  const at = Math.floor(Date.now() / 1000);
  /** @type {(secret: string, stepsAhead: number) => Promise<string>} */
  const codeOf = (secret, stepsAhead) =>
    generate({ secret, epoch: at + stepsAhead * STEP_SECONDS });

  const registration = await operation('POST', 'registration');
  await registration.replaceBody({ ...credentials, email: `${username}@example.org` });
  await registration.execute(201, '01-registration');

  const user = await operation('GET', 'user');
  await user.waitForLock('unlocked');
  const login = await operation('POST', 'login');
  await login.replaceBody(credentials);
  await login.execute(200, '02-login-without-second-factor');
  await user.waitForLock('locked');
  assert.equal((await user.execute(200, '03-user')).username, username);

  const setup = await operation('POST', 'mfa');
  await setup.shoot('04-setup-body');
  await setup.replaceBody({ method: 'app' });
  const enrolled = await setup.execute(201, '05-setup');
  const { secret } = enrolled.setup_data;
  const [backupCode] = enrolled.backup_codes;
  await page.locator('#qr-code img').waitFor();
  await page.screenshot({ path: join(SCREENSHOT_FOLDER, '05-setup-qr-code.png') });
  assert.deepEqual(await coveredBy(page.locator('#qr-code')), [], 'the QR code covers nothing');
  const confirm = await operation('POST', 'mfa/confirm');
  await confirm.replaceBody({ method: 'app', code: await codeOf(secret, 0) });
  await confirm.execute(200, '06-confirm');
  await page.locator('#qr-code').waitFor({ state: 'detached' });

  const { ephemeral_token: token } = await login.execute(200, '07-login-with-second-factor');
  const verify = await operation('POST', 'login/verify');
  await verify.waitForMember('ephemeral_token', token);
  await verify.shoot('08-verify-filled');
  await verify.edit({ code: '000000' });
  await verify.execute(400, '09-wrong-code');
  await verify.edit({ code: await codeOf(secret, 1) });
  const tokens = await verify.execute(200, '10-verify');
  assert.equal((await user.execute(200)).username, username);

  const stepUp = await operation('POST', 'step-up');
  await stepUp.replaceBody({ method: 'app' });
  const asked = await stepUp.execute(200, '10-step-up');
  const proof = await operation('POST', 'step-up/verify');
  await proof.waitForMember('ephemeral_token', asked.ephemeral_token);
  await proof.edit({ code: backupCode });
  await proof.execute(200, '10-step-up-verify');
  assert.equal((await user.execute(200)).username, username);

  const again = await login.execute(200);
  await verify.waitForMember('ephemeral_token', again.ephemeral_token);
  const resend = await operation('POST', 'login/resend');
  await resend.waitForMember('ephemeral_token', again.ephemeral_token);

  await setup.replaceBody({ method: 'email' });
  await setup.execute(201);
  const refresh = await operation('POST', 'token/refresh');
  await refresh.waitForMember('refresh', tokens.refresh);
  const rotated = await refresh.execute(200, '11-refresh');
  const logout = await operation('POST', 'logout');
  await logout.waitForMember('refresh', rotated.refresh);
  await logout.execute(200, '12-logout');
  await user.waitForLock('unlocked');
  await user.execute(401, '13-user-after-logout');
}

/**
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} url
 */
async function tryIn(context, url) {
  const page = await context.newPage();
  /** @type {string[]} */
  const complaints = [];
  page.on('console', (message) => {
    const isRefusal = /Failed to load resource.*status of 4\d\d/.test(message.text());
    if (message.type() === 'error' && !isRefusal) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.setDefaultTimeout(15_000);
  await page.goto(url);
  await page.screenshot({ path: join(SCREENSHOT_FOLDER, '00-start.png') });
  await page.getByRole('link', { name: 'Swagger UI' }).click();
  await page.locator('.opblock').first().waitFor();
  await page.screenshot({ path: join(SCREENSHOT_FOLDER, '00-page.png') });
  await walk(page);
  await page.goto(url);
  await page.getByRole('link', { name: 'Development mailbox' }).click();
  assert.match(await page.locator('.code').first().innerText(), /^\d{6,8}$/);
  await page.screenshot({ path: join(SCREENSHOT_FOLDER, '14-mailbox.png') });
  await page.setViewportSize({ width: 390, height: 800 });
  await page.screenshot({ path: join(SCREENSHOT_FOLDER, '15-mailbox-on-a-phone.png') });
  assert.deepEqual(complaints, [], 'the browser has nothing to complain about');
}

await mkdir(SCREENSHOT_FOLDER, { recursive: true });
await tryInBrowser(async (context, url) => {
  await tryIn(context, url);
  console.log(`Everything went as it should. Screenshots: ${SCREENSHOT_FOLDER}`);
});
