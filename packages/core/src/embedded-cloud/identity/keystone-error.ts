/** An error as Keystone words it. */
export class KeystoneError extends Error {
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, message: string, retryAfterSeconds?: number) {
    super(message);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export const unauthorized = (): KeystoneError => new KeystoneError(401, 'The request you have made requires authentication.');
export const credentialScope = (): KeystoneError =>
  new KeystoneError(401, 'Error authenticating with application credential: Application credentials cannot request a scope.');
export const tooManyLogins = (seconds: number): KeystoneError =>
  new KeystoneError(429, `Too many wrong logins. Try again in ${seconds} seconds.`, seconds);
export const forbidden = (action: string): KeystoneError =>
  new KeystoneError(403, `You are not authorized to perform the requested action: ${action}.`);
export const nameTaken = (name: string): KeystoneError =>
  new KeystoneError(
    409,
    `Conflict occurred attempting to store application_credential - Duplicate entry found with name ${name}.`,
  );
export const tooManyCredentials = (most: number): KeystoneError =>
  new KeystoneError(403, `Unable to create additional application credentials, maximum of ${most} already exceeded for user.`);
export const invalidField = (field: string, reason: string): KeystoneError =>
  new KeystoneError(400, `Invalid input for field '${field}': ${reason}`);
export const missing = (name: string, where: string): KeystoneError =>
  new KeystoneError(
    400,
    `Expecting to find ${name} in ${where}. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.`,
  );
