using DeviceAgent.Credentials.Text;

namespace DeviceAgent.Readings;

/// <summary>A value of the input in a message.</summary>
internal static class Shown
{
    private const int Longest = 60;

    /// <summary>In quotes, cut, and printable.</summary>
    public static string Of(string value) => $"'{PrintableText.Of(value, Longest)}'";
}
