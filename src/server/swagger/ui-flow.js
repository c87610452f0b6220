/*
 * Runs inside Swagger UI and carries values from each answer into the next requests: the access
 * token into the authorisation, ephemeral and refresh tokens into the bodies that need them. Shows
 * a QR code as an image to scan. Nothing is stored; reloading the page forgets everything.
 */
globalThis.uiFlow = (() => {
  const SCHEME = 'bearer';
  const CARRIED_MEMBERS = ['ephemeral_token', 'refresh'];

  /** Swagger UI calls this with each answer before showing it. */
  function follow(response) {
    if (response.ok) globalThis.setTimeout(() => carry(response), 0);
    return response;
  }

  function carry({ url, body }) {
    const { ui } = globalThis;
    if (/\/logout\/?$/.test(url)) ui.authActions.logout([SCHEME]);
    if (body === null || typeof body !== 'object') return;
    if (/\/mfa\/confirm\/?$/.test(url)) hideQrCode();
    if (isFilledText(body.qr_code)) showQrCode(body.qr_code, url);
    if (isFilledText(body.access)) ui.preauthorizeApiKey(SCHEME, body.access);
    const isForStepUp = isOfStepUp(url);
    for (const name of CARRIED_MEMBERS) {
      const isForPath = (path) => name !== 'ephemeral_token' || isOfStepUp(path) === isForStepUp;
      if (isFilledText(body[name])) fill(ui, { name, value: body[name], isForPath });
    }
  }

  /** Keeps the ephemeral tokens of step-ups and logins apart: neither works for the other. */
  function isOfStepUp(url) {
    return /\/step-up(\/|$)/.test(url);
  }

  function isFilledText(value) {
    return typeof value === 'string' && value !== '';
  }

  /** Shows the code above its answer, until the method is confirmed or another code replaces it. */
  function showQrCode(imageUri, url) {
    const { document } = globalThis;
    hideQrCode();
    const figure = document.createElement('figure');
    figure.id = 'qr-code';
    const image = document.createElement('img');
    image.src = imageUri;
    image.alt = 'QR code of the new authenticator';
    const caption = document.createElement('figcaption');
    caption.textContent = 'Scan with an authenticator app';
    figure.append(image, caption);
    const { pathname } = new globalThis.URL(url, globalThis.location.href);
    const path = globalThis.CSS.escape(pathname.replace(/\/$/, ''));
    const operation = document.querySelector(`.opblock-post [data-path="${path}"]`);
    operation?.closest('.opblock').querySelector('.responses-wrapper').before(figure);
    figure.scrollIntoView({ block: 'nearest' });
  }

  function hideQrCode() {
    globalThis.document.getElementById('qr-code')?.remove();
  }

  /** Changes open bodies in place, and all others through their examples. */
  function fill(ui, { name, value, isForPath }) {
    const spec = ui.specSelectors.specJson().toJS();
    const seen = new Set();
    for (const { path, method, requestBody } of listOperations(spec)) {
      if (!isForPath(path)) continue;
      const body = parseObject(ui.oas3Selectors.requestBodyValue(path, method));
      if (body !== null && name in body) {
        const filled = JSON.stringify({ ...body, [name]: value }, null, 2);
        ui.oas3Actions.setRequestBodyValue({ value: filled, pathMethod: [path, method] });
      }
      setExamples(requestBody, { spec, name, value, seen });
    }
    ui.specActions.updateJsonSpec(spec);
  }

  function listOperations(spec) {
    return Object.entries(spec.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, { requestBody }]) => ({ path, method, requestBody })),
    );
  }

  function parseObject(text) {
    try {
      const value = JSON.parse(text);
      return typeof value === 'object' ? value : null;
    } catch {
      return null;
    }
  }

  /** Makes every schema and example of the member show `value`, in `node` and what it refers to. */
  function setExamples(node, context) {
    const { spec, name, value, seen } = context;
    if (node === null || typeof node !== 'object' || seen.has(node)) return;
    seen.add(node);
    for (const [key, child] of Object.entries(node)) {
      if (key === '$ref') setExamples(resolve(spec, child), context);
      else if (key !== name) setExamples(child, context);
      else node[key] = typeof child === 'object' ? { ...child, example: value } : value;
    }
  }

  /** The target of a reference like `#/components/schemas/Name`. */
  function resolve(spec, reference) {
    const keys = String(reference).split('/').slice(1);
    return keys.reduce((node, key) => node?.[key], spec);
  }

  return { follow };
})();
