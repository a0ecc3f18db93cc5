// Verifies a DSSE envelope with Sigstore's own verifier for JavaScript, which npm brings along.
// Usage: node sigstore_verify.js FOLDER-OF-NODE-MODULES ENVELOPE PUBLIC-KEY; exit status 0 only for a good signature.
"use strict";
const crypto = require("crypto");
const fs = require("fs");
const path = require("path");

const [modules, envelope, pem] = process.argv.slice(2);
const { bundleFromJSON } = require(path.join(modules, "@sigstore/bundle"));
const { Verifier, toSignedEntity } = require(path.join(modules, "@sigstore/verify"));

const dsseEnvelope = JSON.parse(fs.readFileSync(envelope, "utf8"));
const publicKey = crypto.createPublicKey(fs.readFileSync(pem));
const bundle = bundleFromJSON({
  mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
  verificationMaterial: { publicKey: { hint: dsseEnvelope.signatures[0].keyid }, tlogEntries: [] },
  dsseEnvelope,
});
// A key that is known, in place of a certificate by Sigstore's authority; no public log and no time stamp.
const trust = {
  certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [],
  publicKey: () => ({ publicKey, validFor: () => true }),
};
const thresholds = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 };
new Verifier(trust, thresholds).verify(toSignedEntity(bundle));
const statement = JSON.parse(Buffer.from(dsseEnvelope.payload, "base64"));
console.log(`${statement._type} ${statement.predicateType} ${statement.subject.map((one) => one.name).join(" ")}`);
