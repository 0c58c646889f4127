namespace DeviceAgent.Testbed.Signing;

/// <summary>A service behind signatures.</summary>
/// <param name="Protocol">The form of its answers.</param>
/// <param name="ServiceNames">The names a credential scope may carry.</param>
/// <param name="XmlNamespace">Of its answers, in the Query protocol.</param>
internal sealed record SignedDoor(DoorProtocol Protocol, IReadOnlySet<string> ServiceNames, string XmlNamespace = "")
{
    /// <summary>The control plane. Older SDKs and CLIs sign it as <c>execute-api</c>, which AWS takes as well.</summary>
    public static SignedDoor Iot { get; } = new(DoorProtocol.RestJson, new HashSet<string> { "iot", "execute-api" });

    /// <summary>The data plane: publishing, shadows and jobs over HTTP. botocore and the documentation name the first two differently.</summary>
    public static SignedDoor IotData { get; } = new(DoorProtocol.RestJson, new HashSet<string> { "iotdata", "iotdevicegateway", "iot-jobs-data" });

    public static SignedDoor Iam { get; } = new(DoorProtocol.Query, new HashSet<string> { "iam" }, "https://iam.amazonaws.com/doc/2010-05-08/");

    public static SignedDoor Sts { get; } = new(DoorProtocol.Query, new HashSet<string> { "sts" }, "https://sts.amazonaws.com/doc/2011-06-15/");
}
