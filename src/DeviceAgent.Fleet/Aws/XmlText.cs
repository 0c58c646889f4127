using System.Xml;
using System.Xml.Linq;

namespace DeviceAgent.Fleet.Aws;

/// <summary>The answers of AWS's Query interfaces (IAM, STS).</summary>
internal static class XmlText
{
    /// <summary>The text of the first element of that name, at whatever depth; null when there is none, or it is not XML.</summary>
    public static string? First(string xml, string name) => All(xml, name) is [var first, ..] ? first.Value : null;

    public static IReadOnlyList<XElement> All(string xml, string name)
    {
        try
        {
            return [.. XDocument.Parse(xml).Descendants().Where(e => e.Name.LocalName == name)];
        }
        catch (XmlException)
        {
            return [];
        }
    }

    public static string? Child(this XElement element, string name) => element.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value;
}
