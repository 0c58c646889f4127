namespace DeviceAgent.Testbed.Registry;

internal sealed record Thing(string Name, string Id, string? TypeName, IReadOnlyDictionary<string, string> Attributes, long Version)
{
    public string Arn => ArnOf(Name);

    public static string ArnOf(string name) => CloudAccount.Arn("iot", $"thing/{name}");
}
