import { describe, expect, it } from 'vitest';
import { elementNamed, fieldLabel, snakeCase } from './elements.ts';
import { IANA_ELEMENTS } from './iana-elements.ts';
import { VENDOR_ELEMENTS } from './vendor-elements.ts';

describe('elementNamed', () => {
  // Landmarks from one end of the registry to the other: one name too many or too few would shift all that follow.
  it.each([
    [1, 'octetDeltaCount', 'unsigned64'],
    [8, 'sourceIPv4Address', 'ipv4Address'],
    [21, 'flowEndSysUpTime', 'unsigned32'],
    [28, 'destinationIPv6Address', 'ipv6Address'],
    [48, 'samplerId', 'unsigned8'],
    [64, 'ipv6ExtensionHeaders', 'unsigned32'],
    [79, 'mplsLabelStackSection10', 'octetArray'],
    [80, 'destinationMacAddress', 'macAddress'],
    [96, 'applicationName', 'string'],
    [104, 'layer2packetSectionData', 'octetArray'],
    [136, 'flowEndReason', 'unsigned8'],
    [150, 'flowStartSeconds', 'dateTimeSeconds'],
    [155, 'flowEndMicroseconds', 'dateTimeMicroseconds'],
    [162, 'flowDurationMicroseconds', 'unsigned32'],
    [176, 'icmpTypeIPv4', 'unsigned8'],
    [183, 'tcpDestinationPort', 'unsigned16'],
    [210, 'paddingOctets', 'octetArray'],
    [225, 'postNATSourceIPv4Address', 'ipv4Address'],
    [233, 'firewallEvent', 'unsigned8'],
    [243, 'dot1qVlanId', 'unsigned16'],
    [258, 'collectionTimeMilliseconds', 'dateTimeMilliseconds'],
    [276, 'dataRecordsReliability', 'boolean'],
    [282, 'postNATDestinationIPv6Address', 'ipv6Address'],
    [291, 'basicList', 'basicList'],
    [299, 'responderPackets', 'unsigned64'],
    [311, 'samplingProbability', 'float64'],
    [315, 'dataLinkFrameSection', 'octetArray'],
    [323, 'observationTimeMilliseconds', 'dateTimeMilliseconds'],
    [346, 'privateEnterpriseNumber', 'unsigned32'],
    [371, 'userName', 'string'],
    [410, 'sectionExportedOctets', 'unsigned16'],
    [415, 'dot1qCustomerDestinationMacAddress', 'macAddress'],
    [417, 'postLayer2OctetDeltaCount', 'unsigned64'],
    [433, 'ignoredLayer2FrameTotalCount', 'unsigned64'],
    [434, 'mibObjectValueInteger', 'signed32'],
    [457, 'httpStatusCode', 'unsigned16'],
    [482, 'vpnIdentifier', 'octetArray'],
    [492, 'srhFlagsIPv6', 'unsigned8'],
    [512, 'bgpDestinationAsPathList', 'basicList'],
    [522, 'tcpSharedOptionExID32', 'unsigned32'],
  ])('knows IANA element %i', (id, name, type) => {
    expect(elementNamed(0, id, 'ipfix')).toEqual({ name, type });
    expect(elementNamed(0, id, 'netflow9')).toEqual({ name, type });
  });

  it.each([0, 65, 69, 97, 105, 127, 416, 419, 32_767])('does not know IANA element %i', (id) => {
    expect(elementNamed(0, id, 'ipfix')).toBeUndefined();
  });

  it('has a type and a name for every word of its tables, and no name twice in one table', () => {
    for (const [pen, text] of [[0, IANA_ELEMENTS], ...Object.entries(VENDOR_ELEMENTS)]) {
      const words = String(text).trim().split(/\s+/);
      const names = words.filter((word) => !/^\d+$/.test(word));
      expect(words[0], `table of ${pen}`).toMatch(/^\d+$/);
      for (const name of names) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9]*:(?:[1248fdbmostTunaAlLM]|i4)$/);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it('names elements of enterprises', () => {
    expect(elementNamed(5951, 142, 'ipfix')).toEqual({ name: 'httpReqHost', type: 'string' });
    expect(elementNamed(6876, 890, 'ipfix')?.name).toBe('ingressInterfaceAttr');
    expect(elementNamed(15397, 46, 'ipfix')?.name).toBe('httpRequestVersion');
    expect(elementNamed(35632, 118, 'ipfix')?.name).toBe('l7Proto');
    expect(elementNamed(26866, 112, 'ipfix')?.name).toBe('sslServerNameIndication');
    expect(elementNamed(3054, 194, 'ipfix')).toEqual({ name: 'threatIPv6', type: 'ipv6Address' });
    expect(elementNamed(10704, 12, 'ipfix')?.name).toBe('auditCounter');
    expect(elementNamed(64_000, 1, 'ipfix')).toBeUndefined();
  });

  it('puts the reverse direction before the name (RFC 5103, and the bit that YAF sets)', () => {
    expect(elementNamed(29_305, 1, 'ipfix')).toEqual({ name: 'reverseOctetDeltaCount', type: 'unsigned64' });
    expect(elementNamed(6871, 0x4000 + 14, 'ipfix')?.name).toBe('reverseInitialTCPFlags');
    expect(elementNamed(29_305, 65, 'ipfix')).toBeUndefined();
  });

  it('finds what NetFlow version 9 exporters put above IANA, in version 9 only', () => {
    expect(elementNamed(0, 40_000, 'netflow9')).toEqual({ name: 'userName', type: 'string' });
    expect(elementNamed(0, 40_004, 'netflow9')?.name).toBe('postNAPTDestinationTransportPort');
    expect(elementNamed(0, 40_005, 'netflow9')?.name).toBe('firewallEvent');
    expect(elementNamed(0, 33_002, 'netflow9')?.name).toBe('fwExtEvent');
    expect(elementNamed(0, 35_010, 'netflow9')?.name).toBe('fwExtEventDesc');
    expect(elementNamed(0, 56_702, 'netflow9')?.name).toBe('userId');
    expect(elementNamed(0, 57_590, 'netflow9')?.name).toBe('l7Proto');
    expect(elementNamed(0, 40_000, 'ipfix')).toBeUndefined();
  });
});

describe('fieldLabel', () => {
  it('writes enterprise and number where there is no name', () => {
    expect(fieldLabel({ pen: 0, id: 8, length: 4 }, 'netflow9')).toBe('sourceIPv4Address');
    expect(fieldLabel({ pen: 64_000, id: 7, length: 4 }, 'ipfix')).toBe('64000/7');
  });
});

describe('snakeCase', () => {
  it.each([
    ['sourceIPv4Address', 'source_ipv4_address'],
    ['selectorIDTotalFlowsObserved', 'selector_id_total_flows_observed'],
    ['wlanSSID', 'wlan_ssid'],
    ['minimumTTL', 'minimum_ttl'],
    ['dot1qVlanId', 'dot1q_vlan_id'],
  ])('writes %s as %s', (name, key) => {
    expect(snakeCase(name)).toBe(key);
  });
});
