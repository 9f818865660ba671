// SPDX-License-Identifier: MIT
import ssh2 from 'ssh2';

/**
 * Returns an ed25519 key pair that ssh2 reads. Of those that ssh2 1.17 generates it does not read one in a hundred
 * ("Malformed OpenSSH private key").
 */
export function ed25519Keys(): {readonly private: string; readonly public: string} {
  for (;;) {
    const pair = ssh2.utils.generateKeyPairSync('ed25519');
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}
