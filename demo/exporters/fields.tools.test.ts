import { describe, expect, it } from 'vitest';
import { readWithTshark } from '../../test/support/flow-tools.ts';
import { haveProgram } from '../../test/support/need.ts';
import { encodeIpfix } from './encode-ipfix.ts';
import { encodeNetflow9 } from './encode-netflow9.ts';
import { FIELDS, type FieldDefinition, type FieldName } from './fields.ts';
import { dataTemplate, field, optionsTemplate, VARIABLE, type Value } from './template.ts';

const NOW = 1_760_000_000_000;

/** The name that tshark has for each element: where the number of one were wrong, another name would hold the value. */
const TSHARK: Partial<Record<FieldName, string>> = {
  octetDeltaCount: 'octets',
  packetDeltaCount: 'packets',
  protocolIdentifier: 'protocol',
  sourceTransportPort: 'srcport',
  sourceIPv4Address: 'srcaddr',
  sourceIPv4PrefixLength: 'srcmask',
  ingressInterface: 'inputint',
  destinationTransportPort: 'dstport',
  destinationIPv4Address: 'dstaddr',
  destinationIPv4PrefixLength: 'dstmask',
  egressInterface: 'outputint',
  ipNextHopIPv4Address: 'nexthop',
  bgpSourceAsNumber: 'srcas',
  bgpDestinationAsNumber: 'dstas',
  bgpNextHopIPv4Address: 'bgpnexthop',
  postOctetDeltaCount: 'post_octets',
  postPacketDeltaCount: 'post_packets',
  sourceIPv6Address: 'srcaddrv6',
  destinationIPv6Address: 'dstaddrv6',
  sourceIPv6PrefixLength: 'srcmaskv6',
  destinationIPv6PrefixLength: 'dstmaskv6',
  samplingInterval: 'sampling_interval',
  samplerId: 'sampler_id',
  samplerRandomInterval: 'sampler_random_interval',
  minimumTTL: 'ttl_min',
  maximumTTL: 'ttl_max',
  sourceMacAddress: 'srcmac',
  postDestinationMacAddress: 'post_dstmac',
  vlanId: 'vlanid',
  postVlanId: 'post_vlanid',
  ipVersion: 'ip_version',
  ipNextHopIPv6Address: 'nexthopv6',
  bgpNextHopIPv6Address: 'bgpnexthopv6',
  destinationMacAddress: 'dstmac',
  postSourceMacAddress: 'post_srcmac',
  interfaceName: 'if_name',
  interfaceDescription: 'if_descr',
  samplerName: 'sampler_name',
  octetTotalCount: 'permanent_octets',
  packetTotalCount: 'permanent_packets',
  applicationDescription: 'appl_desc',
  applicationName: 'appl_name',
  flowEndReason: 'flow_end_reason',
  meteringProcessId: 'mp_id',
  flowId: 'flow_id',
  observationDomainId: 'od_id',
  icmpTypeIPv4: 'icmp_ipv4_type',
  icmpCodeIPv4: 'icmp_ipv4_code',
  icmpTypeIPv6: 'icmp_ipv6_type',
  icmpCodeIPv6: 'icmp_ipv6_code',
  postNATSourceIPv4Address: 'post_natsource_ipv4_address',
  postNATDestinationIPv4Address: 'post_natdestination_ipv4_address',
  postNAPTSourceTransportPort: 'post_naptsource_transport_port',
  postNAPTDestinationTransportPort: 'post_naptdestination_transport_port',
  natEvent: 'nat_event',
  initiatorOctets: 'initiator_octets',
  responderOctets: 'responder_octets',
  firewallEvent: 'firewall_event',
  ingressVRFID: 'ingress_vrfid',
  egressVRFID: 'egress_vrfid',
  biflowDirection: 'biflow_direction',
  dot1qVlanId: 'dot1q_vlan_id',
  dot1qCustomerVlanId: 'dot1q_customer_vlan_id',
  initiatorPackets: 'initiator_packets',
  responderPackets: 'responder_packets',
  selectorId: 'selector_id',
  selectorAlgorithm: 'selector_algorithm',
  samplingPacketInterval: 'sampling_packet_interval',
  samplingPacketSpace: 'sampling_packet_space',
  userName: 'user_name',
};

function sampleOf({ kind, length }: FieldDefinition, index: number): Value {
  if (kind === 'address') return length === 4 ? `192.0.2.${index}` : `2001:db8::${index.toString(16)}`;
  if (kind === 'mac') return `02:00:00:00:00:${index.toString(16).padStart(2, '0')}`;
  return kind === 'text' ? `text-${index}` : index + 1;
}

describe.skipIf(!haveProgram('tshark'))('the numbers of the fields, read by tshark', () => {
  it('are those of the registry', async () => {
    const names = Object.keys(TSHARK) as FieldName[];
    const messages = names.map((name, index) => {
      // The field in front is there because tshark does not read records that can be of no length.
      const template = dataTemplate(256 + index, 'mplsTopLabelStackSection', name);
      const records = [{ [name]: sampleOf(FIELDS[name], index) }];
      return encodeIpfix({ domain: 1, sequence: index, exportTime: NOW }, [
        { templates: [template] },
        { template, records },
      ]);
    });
    const read = await readWithTshark(
      messages,
      4739,
      names.map((name) => `cflow.${TSHARK[name]}`),
    );
    const told = Object.fromEntries(names.map((name, index) => [name, read[index][index]?.at(-1)]));
    expect(told).toEqual(Object.fromEntries(names.map((name, index) => [name, String(sampleOf(FIELDS[name], index))])));
  });

  it('agree on times', async () => {
    const template = dataTemplate(300, 'flowStartMilliseconds', 'flowEndMicroseconds');
    const seconds = dataTemplate(301, 'flowStartSeconds', 'flowEndSeconds');
    const [[starts, ends]] = await readWithTshark(
      [
        encodeIpfix({ domain: 1, sequence: 0, exportTime: NOW }, [
          { templates: [template, seconds] },
          { template, records: [{ flowStartMilliseconds: NOW + 125, flowEndMicroseconds: NOW + 500 }] },
          { template: seconds, records: [{ flowStartSeconds: NOW / 1000, flowEndSeconds: NOW / 1000 + 1 }] },
        ]),
      ],
      4739,
      ['cflow.abstimestart', 'cflow.abstimeend'],
    );
    const secondsOf = (text: string) => Number(/08:53:([\d.]+) UTC/.exec(text)?.[1]);
    expect(starts.map(secondsOf)).toEqual([20.125, 20]);
    // tshark cuts the fraction of a second off where it should round.
    expect(secondsOf(ends[0])).toBeCloseTo(20.5, 6);
    expect(secondsOf(ends[1])).toBe(21);
  });

  it('hold in options of version 9, with scopes of its own, and in the reverse direction of a biflow', async () => {
    const options = optionsTemplate(300, ['scopeInterface'], field('interfaceName', 8), field('asaUserName', 8));
    const biflow = dataTemplate(
      301,
      'reverseOctetDeltaCount',
      'reversePacketDeltaCount',
      field('applicationName', VARIABLE),
    );
    const v9 = encodeNetflow9({ sourceId: 1, sequence: 0, exportTime: NOW, bootTime: NOW - 1_000 }, [
      { templates: [options] },
      { template: options, records: [{ scopeInterface: 7, interfaceName: 'ge-0/0/7', asaUserName: 'ada' }] },
    ]);
    const v10 = encodeIpfix({ domain: 1, sequence: 0, exportTime: NOW }, [
      { templates: [biflow] },
      {
        template: biflow,
        records: [{ reverseOctetDeltaCount: 900, reversePacketDeltaCount: 9, applicationName: 'x' }],
      },
    ]);
    const fields = ['cflow.scope_interface', 'cflow.if_name', 'cflow.aaa_username', 'cflow.octets', 'cflow.packets'];
    const [[scope, name, user]] = await readWithTshark([v9], 2055, fields);
    expect([scope, name, user]).toEqual([['7'], ['ge-0/0/7'], ['ada']]);
    const [[, , , octets, packets]] = await readWithTshark([v10], 4739, fields);
    expect([octets, packets]).toEqual([['900'], ['9']]);
  });
});
