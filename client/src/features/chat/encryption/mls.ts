import {
  createApplicationMessage,
  createCommit,
  createGroup,
  decodeGroupState,
  decodeMlsMessage,
  defaultCapabilities,
  emptyPskIndex,
  encodeGroupState,
  encodeMlsMessage,
  generateKeyPackageWithKey,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  processPrivateMessage,
  type CiphersuiteImpl,
  type ClientConfig,
  type ClientState,
  type KeyPackage,
  type LeafNode,
  type MLSMessage,
  type PrivateKeyPackage,
  type Proposal,
} from 'ts-mls';
import { defaultClientConfig } from 'ts-mls/clientConfig.js';
import { unprotectPrivateMessage } from 'ts-mls/messageProtection.js';

/** The suite that every implementation of MLS has (RFC 9420 section 17.1). */
const SUITE = 'MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519';
const YEAR = 366n * 86_400n;
const CONFIG: ClientConfig = {
  ...defaultClientConfig,
  keyRetentionConfig: { retainKeysForGenerations: 100, retainKeysForEpochs: 4, maximumForwardRatchetSteps: 5_000 },
};

/** Signature keys of a device. */
export interface DeviceKeys {
  signKey: Uint8Array;
  publicKey: Uint8Array;
}

/** A key package, encoded, with its private keys, which do not leave the device. */
export interface StoredPackage {
  body: Uint8Array;
  keys: PrivateKeyPackage;
}

/** A device in a group. */
export interface Leaf {
  index: number;
  person: string;
  device: string;
  /** Public key of its signatures. */
  key: Uint8Array;
}

/** A change of a group that others have to take. */
export interface Change {
  group: Uint8Array;
  body: Uint8Array;
  welcome?: Uint8Array;
}

let loading: Promise<CiphersuiteImpl> | undefined;
const suite = () => (loading ??= getCiphersuiteImpl(getCiphersuiteFromName(SUITE)));

const text = new TextDecoder();
const bytes = new TextEncoder();

function decoded(body: Uint8Array): MLSMessage {
  const [message] = decodeMlsMessage(body, 0) ?? [];
  if (!message) throw new Error('This is not a message of MLS.');
  return message;
}

function opened(group: Uint8Array): ClientState {
  const [state] = decodeGroupState(group, 0) ?? [];
  if (!state) throw new Error('This is not the state of a group.');
  return { ...state, clientConfig: CONFIG };
}

function leafOf({ credential, signaturePublicKey }: LeafNode, index: number): Leaf {
  const identity = credential.credentialType === 'basic' ? text.decode(credential.identity) : '';
  const [person = '', device = ''] = identity.split('/');
  return { index, person, device, key: signaturePublicKey };
}

/** Make the signature keys of a new device. */
export async function newKeys(): Promise<DeviceKeys> {
  return (await suite()).signature.keygen();
}

/** Make a key package with which others add the device to groups. */
export async function newPackage(person: string, device: string, keys: DeviceKeys): Promise<StoredPackage> {
  const now = BigInt(Math.floor(Date.now() / 1000));
  const { publicPackage, privatePackage } = await generateKeyPackageWithKey(
    { credentialType: 'basic', identity: bytes.encode(`${person}/${device}`) },
    defaultCapabilities(),
    { notBefore: now - 3_600n, notAfter: now + YEAR },
    [],
    keys,
    await suite(),
  );
  const message = { keyPackage: publicPackage, wireformat: 'mls_key_package', version: 'mls10' } as const;
  return { body: encodeMlsMessage(message), keys: privatePackage };
}

function packageOf(body: Uint8Array): KeyPackage {
  const message = decoded(body);
  if (message.wireformat !== 'mls_key_package') throw new Error('This is not a key package.');
  return message.keyPackage;
}

/** The device that a key package adds. */
export function ownerOf(body: Uint8Array): Leaf {
  return leafOf(packageOf(body).leafNode, -1);
}

/** Begin a group with one's own device. */
export async function start(id: string, { body, keys }: StoredPackage): Promise<Uint8Array> {
  return encodeGroupState(await createGroup(bytes.encode(id), packageOf(body), keys, [], await suite(), CONFIG));
}

/** The devices of a group. */
export function leavesOf(group: Uint8Array): Leaf[] {
  return opened(group).ratchetTree.flatMap((node, at) =>
    node?.nodeType === 'leaf' ? [leafOf(node.leaf, at / 2)] : [],
  );
}

/** Remove and add devices; the result is valid once the server has taken it. */
export async function change(
  group: Uint8Array,
  removed: readonly Leaf[],
  added: readonly Uint8Array[],
): Promise<Change> {
  const proposals: Proposal[] = [
    ...removed.map(({ index }) => ({ proposalType: 'remove', remove: { removed: index } }) as const),
    ...added.map((body) => ({ proposalType: 'add', add: { keyPackage: packageOf(body) } }) as const),
  ];
  const context = { state: opened(group), cipherSuite: await suite() };
  const { newState, commit, welcome } = await createCommit(context, {
    extraProposals: proposals,
    ratchetTreeExtension: true,
  });
  return {
    group: encodeGroupState(newState),
    body: encodeMlsMessage(commit),
    welcome: welcome && encodeMlsMessage({ welcome, wireformat: 'mls_welcome', version: 'mls10' }),
  };
}

/** Join a group with the one of these key packages that its Welcome names; undefined if it names none. */
export async function join(
  welcome: Uint8Array,
  packages: readonly StoredPackage[],
): Promise<{ group: Uint8Array; used: StoredPackage } | undefined> {
  const message = decoded(welcome);
  if (message.wireformat !== 'mls_welcome') throw new Error('This is not a Welcome.');
  for (const each of packages) {
    try {
      const of = [packageOf(each.body), each.keys, emptyPskIndex, await suite()] as const;
      const state = await joinGroup(message.welcome, ...of, undefined, undefined, CONFIG);
      return { group: encodeGroupState(state), used: each };
    } catch {
      // It names another one.
    }
  }
  return undefined;
}

/** Take a change of another device. */
export async function apply(group: Uint8Array, body: Uint8Array): Promise<Uint8Array> {
  const message = decoded(body);
  if (message.wireformat !== 'mls_private_message') throw new Error('This is not a change of a group.');
  const result = await processPrivateMessage(opened(group), message.privateMessage, emptyPskIndex, await suite());
  if (result.kind !== 'newState') throw new Error('This is not a change of a group.');
  return encodeGroupState(result.newState);
}

/** Encrypt a text for the devices of a group. */
export async function encrypt(group: Uint8Array, plain: string): Promise<{ group: Uint8Array; body: Uint8Array }> {
  const made = await createApplicationMessage(opened(group), bytes.encode(plain), await suite());
  const { privateMessage } = made;
  const body = encodeMlsMessage({ privateMessage, wireformat: 'mls_private_message', version: 'mls10' });
  return { group: encodeGroupState(made.newState), body };
}

/** Decrypt a text of another device, with the device that has signed it. Its key is used up. */
export async function decrypt(
  group: Uint8Array,
  body: Uint8Array,
): Promise<{ group: Uint8Array; plain: string; from: Leaf }> {
  const message = decoded(body);
  if (message.wireformat !== 'mls_private_message') throw new Error('This is not a message.');
  const { privateMessage } = message;
  const state = opened(group);
  const former = state.historicalReceiverData.get(privateMessage.epoch);
  const past = privateMessage.epoch < state.groupContext.epoch ? former : undefined;
  const { ratchetTree } = past ?? state;
  // `processPrivateMessage` does the same, but does not return who has signed.
  const { content, tree } = await unprotectPrivateMessage(
    past?.senderDataSecret ?? state.keySchedule.senderDataSecret,
    privateMessage,
    past?.secretTree ?? state.secretTree,
    ratchetTree,
    past?.groupContext ?? state.groupContext,
    CONFIG.keyRetentionConfig,
    await suite(),
  );
  const { content: framed } = content;
  if (framed.contentType !== 'application' || framed.sender.senderType !== 'member') throw new Error('Not a message.');
  const { leafIndex } = framed.sender;
  const node = ratchetTree[leafIndex * 2];
  if (node?.nodeType !== 'leaf') throw new Error('Its device is not in the group.');
  const next: ClientState = past
    ? {
        ...state,
        historicalReceiverData: new Map([
          ...state.historicalReceiverData,
          [privateMessage.epoch, { ...past, secretTree: tree }],
        ]),
      }
    : { ...state, secretTree: tree };
  return {
    group: encodeGroupState(next),
    plain: text.decode(framed.applicationData),
    from: leafOf(node.leaf, leafIndex),
  };
}
