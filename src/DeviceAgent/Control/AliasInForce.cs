namespace DeviceAgent.Control;

/// <summary>The role alias by which credentials are fetched now.</summary>
internal delegate string AliasInForce();
