import type { Kind } from '../../model/kinds.ts';

/**
 * Tags of the data model of Splunk's Common Information Model that events of a kind belong to (help.splunk.com, Common
 * Information Model, "Data models"): Network Traffic, Network Resolution, Web, Certificates, Intrusion Detection.
 */
const TAGS: Readonly<Record<Kind, readonly string[]>> = {
  flow: ['network', 'communicate'],
  conn: ['network', 'communicate'],
  packet: ['network', 'communicate'],
  weird: ['network', 'communicate'],
  file: ['network', 'communicate'],
  dns: ['network', 'resolution', 'dns'],
  http: ['web'],
  tls: ['certificate', 'tls'],
  honeypot: ['ids', 'attack'],
  notice: ['ids', 'attack'],
};

/** Tags by which Splunk finds events of a kind in its data models. */
export function cimTags(kind: Kind): readonly string[] {
  return TAGS[kind];
}
