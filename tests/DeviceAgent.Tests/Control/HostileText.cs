namespace DeviceAgent.Tests.Control;

/// <summary>What JSON allows and no reader expects, by name: in the place of <c>"@RAW@"</c>.</summary>
internal static class HostileText
{
    public const string Placeholder = "\"@RAW@\"";

    public static string Of(string kind) => kind switch
    {
        "half a character" => "\"\\ud800\"",
        "70 lists deep" => new string('[', 70) + new string(']', 70),
        "70 objects deep" => string.Concat(Enumerable.Repeat("{\"a\":", 70)) + "1" + new string('}', 70),
        "5000 lists deep" => new string('[', 5000) + new string(']', 5000),
        "a huge exponent" => "1e99999999999",
        "a long number" => new string('9', 5000),
        "many faults" => "[" + string.Join(',', Enumerable.Repeat("\"\\ud800\"", 1000)) + "]",
        "a name twice" => "{\"a\":1,\"a\":2}",
        "half a character in a name" => "{\"\\udc00\":1}",
        _ => throw new ArgumentException(kind),
    };

    public static string Put(string kind, string text) => text.Replace(Placeholder, Of(kind), StringComparison.Ordinal);
}
