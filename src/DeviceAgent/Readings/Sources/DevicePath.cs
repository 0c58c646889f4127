using System.Text.RegularExpressions;

namespace DeviceAgent.Readings.Sources;

/// <summary>
/// Where in the machine a sensor sits, from the kernel's links: <c>platform/soc/fe804000.i2c/0048</c>. The numbers that the kernel gives in the
/// order in which drivers load (hwmonN, iio:deviceN, the bus of a controller that has only one) are not in it.
/// </summary>
/// <param name="Stable">The same at each boot, as long as nothing is plugged elsewhere.</param>
/// <param name="Kernel">As the kernel has it now, below <c>/sys/devices</c>.</param>
internal sealed partial record DevicePath(string Stable, string Kernel)
{
    private const string ThermalZones = "virtual/thermal/";

    /// <summary>Whether it is a thermal zone, whose number means nothing.</summary>
    public bool IsThermalZone => Kernel.StartsWith(ThermalZones, StringComparison.Ordinal);

    /// <summary>The last name: <c>1-0048</c>.</summary>
    public string Name => Kernel[(Kernel.LastIndexOf('/') + 1)..];

    /// <summary>The device of an entry of a class or a bus; null when the kernel says of none.</summary>
    /// <param name="root">Where sysfs is mounted.</param>
    /// <param name="entry">E.g. <c>/sys/class/hwmon/hwmon2</c>.</param>
    public static DevicePath? Of(string root, string entry)
    {
        try
        {
            var link = new DirectoryInfo(entry).LinkTarget;
            var real = link is null ? entry : Path.GetFullPath(link, Path.GetDirectoryName(entry)!);
            var device = new DirectoryInfo(Path.Combine(real, "device")).LinkTarget is { } target ? Path.GetFullPath(target, real)
                : link is null ? null
                : Path.GetDirectoryName(real);
            return device is null ? null : Of(Relative(root, device));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static DevicePath? Of(string kernel)
    {
        // A class's folder below a device, or one of devices that are nowhere.
        if (kernel.EndsWith("/hwmon", StringComparison.Ordinal)) kernel = kernel[..^"/hwmon".Length];
        return kernel is "" or "virtual" or "virtual/thermal" ? null : new DevicePath(WithoutNumbers(kernel), kernel);
    }

    private static string Relative(string root, string path)
    {
        var parts = Path.GetRelativePath(root, path).Split('/').SkipWhile(p => p is "." or "..").ToList();
        if (parts is ["devices", ..]) parts.RemoveAt(0);
        return string.Join('/', parts);
    }

    private static string WithoutNumbers(string kernel)
    {
        var parts = kernel.Split('/');
        var stable = new List<string>(parts.Length);
        var isOnlyBus = false;
        for (var i = 0; i < parts.Length; i++)
        {
            var (part, before) = (parts[i], i == 0 ? "" : parts[i - 1]);

            // The one bus of an I2C controller; those behind a multiplexer, or of a card with several, are told apart by their numbers only.
            if (I2CBus().IsMatch(part) && before.Contains("i2c", StringComparison.Ordinal) && !I2CBus().IsMatch(before)) isOnlyBus = true;
            else if (isOnlyBus && I2CBus().IsMatch(before) && I2CDevice().Match(part) is { Success: true } device) stable.Add(device.Groups["address"].Value);
            else if (HidDevice().Match(part) is { Success: true } hid) stable.Add(hid.Groups["id"].Value);
            else if (!(before == "nvme" && part.StartsWith("nvme", StringComparison.Ordinal))) stable.Add(part);
        }

        return string.Join('/', stable);
    }

    [GeneratedRegex(@"^i2c-[0-9]+$")]
    private static partial Regex I2CBus();

    [GeneratedRegex(@"^[0-9]+-(?<address>[0-9a-f]{4})$", RegexOptions.ExplicitCapture)]
    private static partial Regex I2CDevice();

    /// <summary>The last number counts how often something was plugged in.</summary>
    [GeneratedRegex(@"^(?<id>[0-9A-F]{4}:[0-9A-F]{4}:[0-9A-F]{4})\.[0-9A-F]{4}$", RegexOptions.ExplicitCapture)]
    private static partial Regex HidDevice();
}
