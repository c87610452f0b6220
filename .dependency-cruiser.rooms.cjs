/*
 * Which folder may import which, beside the rules for files in .dependency-cruiser.cjs. Specs stand beside
 * their file and use fakes from everywhere, so they are left out here.
 */

const files = require('./.dependency-cruiser.cjs');

const room = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...files.forbidden,
    {
      name: 'no-folder-cycles',
      comment: 'Folders in a circle can only be understood all at once.',
      severity: 'error',
      scope: 'folder',
      from: {},
      to: { circular: true },
    },
    room(
      'contract-is-the-ground',
      'The author of a handler reads the contract without looking further.',
      { path: '^src/mfa/contract/' },
      { path: '^src/', pathNot: '^src/mfa/contract/' },
    ),
    room(
      'kit-is-for-handlers',
      'The kit can change with the handlers: nothing else rests on it.',
      { path: '^src/mfa/[^/]+/', pathNot: '^src/mfa/(kit|handlers|testing)/' },
      { path: '^src/mfa/kit/' },
    ),
    room(
      'library-is-put-together-above',
      'The files of src/mfa itself compose the rooms; no room looks up to them.',
      { path: '^src/mfa/[^/]+/' },
      { path: '^src/mfa/[^/]+\\.ts$' },
    ),
    room(
      'texts-are-the-ground',
      'A translator changes texts and nothing else.',
      { path: '^src/server/texts/' },
      { path: '^src/server/', pathNot: '^src/server/texts/' },
    ),
    room(
      'config-is-near-the-ground',
      'Every room reads the configuration, so it may know none of them.',
      { path: '^src/server/config/' },
      { path: '^src/server/', pathNot: '^src/server/(config|texts)/' },
    ),
    room(
      'server-is-put-together-above',
      'The files of src/server itself and src/server/mfa compose the rooms; only commands start them.',
      { path: '^src/server/[^/]+/', pathNot: '^src/server/(mfa|commands)/' },
      { path: '^src/server/([^/]+\\.ts$|mfa/|commands/)' },
    ),
  ],
  options: { ...files.options, doNotFollow: { path: ['node_modules', '\\.spec\\.ts$'] } },
};
