using System.Text.Json;
using DeviceAgent.Settings;

namespace DeviceAgent.Readings.Reduction;

/// <summary>What is told of an attribute's values in a window.</summary>
[Flags]
internal enum WindowFunction
{
    None = 0,

    /// <summary>The least number.</summary>
    Min = 1,

    /// <summary>The arithmetic mean of the numbers.</summary>
    Mean = 2,

    /// <summary>The greatest number.</summary>
    Max = 4,

    /// <summary>The newest value, of whatever type.</summary>
    Last = 8,

    /// <summary>How many values there were, NULL not counted.</summary>
    Count = 16,
}

/// <summary>The functions of windows by their names.</summary>
internal static class WindowFunctions
{
    private static readonly WindowFunction[] _all = [WindowFunction.Min, WindowFunction.Mean, WindowFunction.Max, WindowFunction.Last, WindowFunction.Count];

    private static readonly string[] _names = [.. _all.Select(Name)];

    /// <summary>What a window calls them, e.g. <c>temperature_mean</c>.</summary>
    public static IEnumerable<string> NamesOf(string attribute) => _all.Select(f => NameOf(attribute, f));

    public static string NameOf(string attribute, WindowFunction function) => $"{attribute}_{_names[Array.IndexOf(_all, function)]}";

    public static WindowFunction Read(SettingsReader settings, string key, WindowFunction otherwise)
    {
        var functions = WindowFunction.None;
        foreach (var word in settings.Words(key))
        {
            var at = Array.FindIndex(_names, n => n.Equals(word, StringComparison.OrdinalIgnoreCase));
            if (at >= 0) functions |= _all[at];
            else settings.Error(key, word, $"must be some of {string.Join(", ", _names)}{Spelling.Hint(word, _names)}");
        }

        return functions == WindowFunction.None ? otherwise : functions;
    }

    private static string Name(WindowFunction function) => JsonNamingPolicy.CamelCase.ConvertName(function.ToString());
}
