/**
 * Elements of enterprises by their private enterprise number, written as in {@link ./iana-elements.ts iana-elements.ts}.
 * Exporters give them no registry; these are the ones that their makers document.
 */
export const VENDOR_ELEMENTS: Readonly<Record<number, string>> = {
  // Cisco: application visibility and control, zone-based firewall. NetFlow version 9 has them at 32768 + id.
  9: `
232 ingressAclId:o egressAclId:o fwExtEvent:2 fwEventLevel:4 fwEventLevelId:4 fwConfiguredValue:4
1232 ctsSourceGroupTag:2 ctsDestinationGroupTag:2
2233 fwExtEventAlt:4 2236 fwBlackoutSecs:4 fwHalfOpenHigh:4 fwHalfOpenRate:4 fwZonePairId:4 fwMaxSessions:4
fwZonePairName:s fwExtEventDesc:s fwSummaryPacketCount:4 fwHalfOpenCount:4
4315 tcpWindowSizeMin:4 tcpWindowSizeMax:4 4318 tcpMaximumSegmentSize:2 4324 tcpWindowSizeSum:8
7232 userName:s 8232 classHierarchy:o 8337 serverBytesNetwork:8 clientBytesNetwork:8
9252 servicesWaasSegment:1 servicesWaasPassthroughReason:1 9265 artClientPackets:8 artServerPackets:8
9268 artRetransmissions:4 9272 artTransactions:4 artTransactionTimeSum:4 artTransactionTimeMax:4
artTransactionTimeMin:4 9282 artNewConnections:4 9292 artResponses:4 artResponsesBucket1:4 artResponsesBucket2:4
artResponsesBucket3:4 artResponsesBucket4:4 artResponsesBucket5:4 artResponsesBucket6:4 artResponsesBucket7:4
artLateResponses:4 9303 artResponseTimeSum:4 artResponseTimeMax:4 artResponseTimeMin:4 artServerResponseTimeSum:4
artServerResponseTimeMax:4 artServerResponseTimeMin:4 artTotalResponseTimeSum:4 artTotalResponseTimeMax:4
artTotalResponseTimeMin:4 9313 artNetworkTimeSum:4 artNetworkTimeMax:4 artNetworkTimeMin:4 artClientNetworkTimeSum:4
artClientNetworkTimeMax:4 artClientNetworkTimeMin:4 artServerNetworkTimeSum:4 artServerNetworkTimeMax:4
artServerNetworkTimeMin:4 9357 applicationHttpUriStatistics:o 9360 policyQosQueueId:4 policyQosQueueDrops:8
12232 applicationCategoryName:s applicationSubCategoryName:s applicationGroupName:s applicationHttpHost:o
clientIPv4Address:a serverIPv4Address:a clientIPv6Address:A serverIPv6Address:A clientTransportPort:2
serverTransportPort:2 connectionId:4 applicationTrafficClass:s applicationBusinessRelevance:s
`,
  // Nokia (Alcatel): carrier-grade NAT.
  637: '91 natInsideServiceId:2 natOutsideServiceId:2 natSubscriber:s',
  // Juniper: an id whose upper bits tell what the rest is (forwarding class, nexthop, interface).
  2636: '137 commonPropertiesId:4',
  // Ixia, Keysight
  3054: `
110 l7ApplicationId:4 l7ApplicationName:s 120 sourceCountryCode:s sourceCountryName:s sourceRegionCode:s
sourceRegionName:s 125 sourceCityName:s sourceLatitude:f sourceLongitude:f 140 destinationCountryCode:s
destinationCountryName:s destinationRegionCode:s destinationRegionName:s 145 destinationCityName:s
destinationLatitude:f destinationLongitude:f 160 osDeviceId:1 osDeviceName:s browserId:1 browserName:s
176 reverseOctetDeltaCount:8 reversePacketDeltaCount:8 encryptionType:s encryptionCipher:s encryptionKeyLength:2
imsi:s httpUserAgent:s httpHostName:s httpUri:s dnsRecordTxt:s sourceAsName:s destinationAsName:s latency:4
dnsQuery:s dnsAnswer:s dnsClasses:s threatType:s threatIPv4:a threatIPv6:A
`,
  // Citrix NetScaler (AppFlow)
  5951: `
128 roundTripTime:4 transactionId:4 httpReqUrl:s httpReqCookie:s flowFlags:8 connectionId:4 syslogPriority:1
syslogMessage:s syslogTimestamp:8 140 httpReqReferer:s httpReqMethod:s httpReqHost:s httpReqUserAgent:s
httpRspStatus:2 httpRspLen:8 serverTTFB:8 serverTTLB:8 150 appNameIncarnationNumber:4 appNameAppId:4 appName:s
httpReqRcvFB:8 156 httpReqForwFB:8 httpResRcvFB:8 httpResForwFB:8 httpReqRcvLB:8 httpReqForwLB:8 mainPageId:4
mainPageCoreId:4 httpClientInteractionStartTime:s httpClientRenderEndTime:s httpClientRenderStartTime:s
167 appTemplateName:s httpClientInteractionEndTime:s httpResRcvLB:8 httpResForwLB:8 appUnitNameAppId:4 dbLoginFlags:4
dbReqType:1 dbProtocolName:1 dbUserName:s dbDatabaseName:s dbClientHostName:s dbReqString:s dbRespStatusString:s
dbRespStatus:8 dbRespLength:8 clientRTT:4 httpContentType:s 185 httpReqAuthorization:s httpReqVia:s
httpResLocation:s httpResSetCookie:s httpResSetCookie2:s httpReqXForwardedFor:s 192 connectionChainId:o
connectionChainHopCount:1 200 icaSessionGuid:o icaClientVersion:s icaClientType:2 icaClientIP:a icaClientHostName:s
aaaUsername:s 207 icaDomainName:s icaClientLauncher:2 icaSessionSetupTime:4 icaServerName:s 214 icaSessionReconnects:1
icaRTT:4 icaClientsideRXBytes:4 icaClientsideTXBytes:4 219 icaClientsidePacketsRetransmit:2
icaServersidePacketsRetransmit:2 icaClientsideRTT:4 icaServersideRTT:4 icaSessionUpdateBeginSec:4
icaSessionUpdateEndSec:4 icaChannelId1:4 icaChannelId1Bytes:4 icaChannelId2:4 icaChannelId2Bytes:4 icaChannelId3:4
icaChannelId3Bytes:4 icaChannelId4:4 icaChannelId4Bytes:4 icaChannelId5:4 icaChannelId5Bytes:4
icaConnectionPriority:2 applicationStartupDuration:4 icaLaunchMechanism:2 icaApplicationName:s
applicationStartupTime:4 icaApplicationTerminationType:2 icaApplicationTerminationTime:4 icaSessionEndTime:4
icaClientsideJitter:4 icaServersideJitter:4 icaAppProcessId:4 icaAppModulePath:s icaDeviceSerialNo:4
msiClientCookie:o icaFlags:8 icaUsername:s licenseType:1 maxLicenseCount:8 currentLicenseConsumed:8
icaNetworkUpdateStartTime:4 icaNetworkUpdateEndTime:4 icaClientsideSRTT:4 icaServersideSRTT:4 icaClientsideDelay:4
icaServersideDelay:4 icaHostDelay:4 icaClientsideWindowSize:2 icaServersideWindowSize:2 icaClientsideRTOCount:2
icaServersideRTOCount:2 icaL7ClientLatency:4 icaL7ServerLatency:4 httpDomainName:s
cacheRedirClientConnectionCoreId:4 cacheRedirClientConnectionTransactionId:4
`,
  // CERT (YAF): the bit 0x4000 of an id is the reverse direction, see elements.ts.
  6871: `
14 initialTCPFlags:1 unionTCPFlags:1 18 payload:o 21 reverseFlowDeltaMilliseconds:4 33 silkAppLabel:2
35 payloadEntropy:1 osName:s osVersion:s firstPacketBanner:o secondPacketBanner:o flowAttributes:2
100 expiredFragmentCount:4 assembledFragmentCount:4 meanFlowRate:4 meanPacketRate:4 flowTableFlushEventCount:4
flowTablePeakCount:4 107 osFingerPrint:s 126 tftpFilename:s tftpMode:s 174 dnsQueryResponse:1 dnsQRType:2
dnsAuthoritative:1 dnsNXDomain:1 dnsRRSection:1 dnsQName:s dnsCName:s dnsMXPreference:2 dnsMXExchange:s dnsNSDName:s
dnsPTRDName:s sslCipher:4 sslClientVersion:1 sslServerCipher:4 sslCompressionMethod:1 sslCertVersion:1
sslCertSignature:o 199 dnsTTL:4 208 dnsTXTData:s dnsSOASerial:4 dnsSOARefresh:4 dnsSOARetry:4 dnsSOAExpire:4
dnsSOAMinimum:4 dnsSOAMName:s dnsSOARName:s dnsSRVPriority:2 dnsSRVWeight:2 dnsSRVPort:2 dnsSRVTarget:s
223 tcpUrgTotalCount:4 226 dnsID:2 244 sslCertSerialNumber:o sslObjectType:1 sslObjectValue:s
sslCertValidityNotBefore:s sslCertValidityNotAfter:s sslPublicKeyAlgorithm:o sslPublicKeyLength:2
287 rtpPayloadType:1 reverseRtpPayloadType:1 mptcpInitialDataSequenceNumber:8 mptcpReceiverToken:4
mptcpMaximumSegmentSize:2 mptcpAddressId:1 mptcpFlags:1 sslServerName:s sslCertificateHash:o
500 smallPacketCount:4 nonEmptyPacketCount:4 dataByteCount:8 averageInterarrivalTime:8
standardDeviationInterarrivalTime:8 firstNonEmptyPacketSize:2 maxPacketSize:2 firstEightNonEmptyPacketDirections:1
standardDeviationPayloadLength:2 510 largePacketCount:4
`,
  // VMware NSX
  6876: `
880 tenantProtocol:1 tenantSourceIPv4:a tenantDestIPv4:a tenantSourceIPv6:A tenantDestIPv6:A 886 tenantSourcePort:2
tenantDestPort:2 egressInterfaceAttr:2 vxlanExportRole:1 ingressInterfaceAttr:2 950 ruleId:4 vmUuid:o vnicIndex:4
sessionFlags:1 flowDirection:1 algControlFlowId:8 algType:1 algFlowType:1 averageLatency:4 retransmissionCount:4
vifUuid:o vifId:s
`,
  // Sophos (Astaro)
  9789: '1 afcProtocol:2 afcProtocolName:s 4 flowDirection:1',
  // Barracuda
  10704: `
1 timestamp:t logOperation:1 trafficType:1 firewallRule:s serviceName:s reason:4 reasonText:s bindIPv4Address:a
bindTransportPort:2 connectionIPv4Address:a connectionTransportPort:2 auditCounter:4
`,
  // Procera
  15397: `
1 service:s baseService:s incomingOctets:8 outgoingOctets:8 incomingPackets:8 outgoingPackets:8
incomingShapingLatency:2 outgoingShapingLatency:2 incomingShapingDrops:4 outgoingShapingDrops:4 internalRtt:i4
externalRtt:i4 15 flowBehavior:s contentCategories:s property:s serverHostname:s httpRequestMethod:s httpUserAgent:s
httpContentType:s httpUrl:s httpReferer:s httpResponseStatus:2 httpFileLength:4 httpLocation:s httpLanguage:s
subscriberIdentifier:s msisdn:8 imsi:8 rat:s deviceId:8 sgsn:s rnc:2 apn:s userLocationInformation:s ggsn:s
qoeIncomingInternal:f qoeIncomingExternal:f qoeOutgoingInternal:f qoeOutgoingExternal:f localIPv4Host:a
localIPv6Host:A remoteIPv4Host:a remoteIPv6Host:A httpRequestVersion:s templateName:s
`,
  // Netfilter
  21373: '4 mark:4 6 conntrackId:4',
  // Palo Alto; by the numbers of their NetFlow version 9 fields.
  25461: '56701 appId:s userId:s',
  // Gigamon
  26866: `
1 httpReqUrl:s httpRspStatus:2 101 sslCertificateIssuerCommonName:s sslCertificateSubjectCommonName:s
sslCertificateIssuer:s sslCertificateSubject:s sslCertificateValidNotBefore:o sslCertificateValidNotAfter:o
sslCertificateSerialNumber:o sslCertificateSignatureAlgorithm:o sslCertificateSubjectPubAlgorithm:o
sslCertificateSubjectPubKeySize:2 sslCertificateSubjectAltName:s sslServerNameIndication:s sslServerVersion:2
sslServerCipher:2 sslServerCompressionMethod:1 sslServerSessionId:o 201 dnsIdentifier:2 dnsOpCode:1 dnsResponseCode:1
dnsQueryName:s dnsResponseName:s dnsResponseTTL:4 dnsResponseIPv4Address:a dnsResponseIPv6Address:A dnsBits:s
`,
  // ntop. NetFlow version 9 has them at 57472 + id.
  35632: `
80 srcFragments:4 dstFragments:4 srcToDstMaxThroughput:4 srcToDstMinThroughput:4 srcToDstAvgThroughput:4
dstToSrcMaxThroughput:4 dstToSrcMinThroughput:4 dstToSrcAvgThroughput:4 numPktsUpTo128Bytes:4 numPkts128To256Bytes:4
numPkts256To512Bytes:4 numPkts512To1024Bytes:4 numPkts1024To1514Bytes:4 numPktsOver1514Bytes:4 98 cumulativeIcmpType:4
101 srcIpCountry:s srcIpCity:s dstIpCountry:s dstIpCity:s flowProtoPort:2 upstreamTunnelId:4 longestFlowPkt:2
shortestFlowPkt:2 retransmittedInPkts:4 retransmittedOutPkts:4 outOfOrderInPkts:4 outOfOrderOutPkts:4
untunneledProtocol:1 untunneledIPv4SrcAddr:a untunneledL4SrcPort:2 untunneledIPv4DstAddr:a untunneledL4DstPort:2
l7Proto:2 l7ProtoName:s downstreamTunnelId:4 flowUserName:s flowServerName:s clientNwLatencyMs:4 serverNwLatencyMs:4
applLatencyMs:4 180 httpUrl:s httpRetCode:2 httpReferer:s httpUserAgent:s httpMime:s 187 httpHost:s tlsServerName:s
205 dnsQuery:s dnsQueryId:2 dnsQueryType:1 dnsRetCode:1 dnsNumAnswers:1
`,
  // Cisco (Viptela)
  41916: '4321 vpnId:4',
};
