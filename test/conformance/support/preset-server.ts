import { type PresetName } from '../../../src/server/config/settings/preset-names.js';
import { UsersService } from '../../../src/server/identity/users.service.js';
import { detailsOf, signInWithin } from '../../support/beginnings.js';
import { type Environment, startServer, type TestServer } from '../../support/server.js';

export { type TestServer };

/** ASVS refuses the hashes of other tests. */
const COSTS: Environment = {
  PASSWORD_HASH_MEMORY_KIB: '19456',
  PASSWORD_HASH_PASSES: '2',
  BACKUP_CODE_HASH_COST: '10',
};

/** As many factors as a preset lets through; level 3 of ASVS is looked at as it comes. */
const ENVIRONMENTS: Readonly<Record<PresetName, Environment>> = {
  standard: { MFA_HANDLERS: 'app,email,webauthn' },
  'asvs-l2': { MFA_HANDLERS: 'app,email,sms,webauthn', ...COSTS },
  'asvs-l3': COSTS,
  'nist-aal2': { MFA_HANDLERS: 'webauthn,app,sms' },
};

/** A server that is held to the preset, for all clauses of a norm. */
export async function startServerUnder(preset: PresetName): Promise<TestServer> {
  const environment = { MFA_PRESET: preset, NUM_OF_BACKUP_CODES: '2', ...ENVIRONMENTS[preset] };
  const server = await startServer(environment, { hashesCheaply: true });
  if (preset === 'asvs-l3') registerAsOperator(server);
  return server;
}

let users = 0;

/** Where registration is closed, accounts are the operator's to make. */
function registerAsOperator(server: TestServer): void {
  const register = async () => {
    const details = detailsOf(`member${++users}`);
    const { id } = await server.app.get(UsersService, { strict: false }).register(details);
    return { id, ...details };
  };
  server.register = register;
  server.signUp = async () => signInWithin(server.app, await register());
}
