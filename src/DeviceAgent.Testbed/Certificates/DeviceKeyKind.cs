namespace DeviceAgent.Testbed.Certificates;

/// <summary>The two sorts of device keys that the testbed makes.</summary>
internal enum DeviceKeyKind
{
    EcP256,
    Rsa2048,
}
