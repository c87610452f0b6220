export * from './codes.js';
export * from './factors.js';
export * from './guessing.js';
export * from './recovery.js';
export * from './sessions.js';
export * from './sign-in.js';
export * from './storage.js';
export * from './tokens.js';
