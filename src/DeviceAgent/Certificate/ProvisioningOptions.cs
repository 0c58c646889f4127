using DeviceAgent.Settings;

namespace DeviceAgent.Certificate;

/// <summary>The section <c>provisioning</c>: how certificates are asked for.</summary>
internal sealed record ProvisioningOptions
{
    private const string DefaultTemplate = "device-agent";
    private const int LongestTemplate = 36;

    /// <summary>The fleet provisioning template: 1 to 36 of A-Z a-z 0-9 _ -.</summary>
    public string Template { get; init; } = DefaultTemplate;

    /// <summary>What the template is given besides ThingName and SerialNumber.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    public static ProvisioningOptions Read(SettingsReader settings)
    {
        var template = settings.Text("template") ?? DefaultTemplate;
        if (!IsTemplate(template)) settings.Error("template", template, "must be the name of a provisioning template: 1 to 36 of A-Z a-z 0-9 _ -");
        var parameters = new Dictionary<string, string>();
        var section = settings.Section("parameters");
        foreach (var (name, value) in section.Free())
        {
            if (SettingsReader.Scalar(value) is { } text) parameters[name] = text;
            else section.Error(name, value?.ToJsonString(), "must be a single value");
        }

        settings.ReportUnknown();
        return new ProvisioningOptions { Template = template, Parameters = parameters };
    }

    public static bool IsTemplate(string name) =>
        name.Length is > 0 and <= LongestTemplate && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
