// ## Testing
// `nestjs-mfa/testing` is for the tests of a host and of a handler.
export { FakeClock } from './fake-clock.js';
export { FakeRandomSource } from './fake-random-source.js';
export { type Ceremony, type HandlerHarness, describeHandlerContract } from './handler-contract.js';
export { Inbox } from './inbox.js';
export { describeStoreContract, type OpenStores, type Stores } from './store-contract.js';
