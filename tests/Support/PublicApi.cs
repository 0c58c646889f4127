using System.Reflection;
using System.Runtime.CompilerServices;

namespace DeviceAgent.TestSupport;

/// <summary>
/// What a library offers to others, as text, and its comparison with what was approved: <c>PublicApi.txt</c> beside the test. To approve a
/// change, run the test with the environment variable <c>APPROVE_PUBLIC_API=1</c> and commit the file.
/// </summary>
public static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>What differs, a line each, with how to approve it; empty when nothing does.</summary>
    public static string Difference(Assembly assembly, [CallerFilePath] string test = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(test)!, "PublicApi.txt");
        var found = Describe(assembly);
        if (Environment.GetEnvironmentVariable("APPROVE_PUBLIC_API") == "1") File.WriteAllLines(path, found);
        var approved = File.Exists(path) ? File.ReadAllLines(path) : [];
        if (approved.SequenceEqual(found)) return "";
        var lines = approved.Except(found).Select(l => $"- {l.Trim()}").Concat(found.Except(approved).Select(l => $"+ {l.Trim()}"));
        return $"The public API of {assembly.GetName().Name} is not the approved one:\n{string.Join('\n', lines)}\n"
            + $"If this is meant: APPROVE_PUBLIC_API=1 dotnet test {Path.GetDirectoryName(path)} --filter PublicApi, and commit {path}.";
    }

    private static IReadOnlyList<string> Describe(Assembly assembly) =>
        [.. assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal).SelectMany(Describe)];

    private static IEnumerable<string> Describe(Type type)
    {
        yield return $"{Kind(type)} {type.FullName}{Bases(type)}";
        var members = type.IsEnum
            ? type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => $"{f.Name} = {Convert.ToInt64(f.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture)}")
            : type.GetMembers(Declared).Select(Describe).OfType<string>().Order(StringComparer.Ordinal);
        foreach (var member in members) yield return $"  {type.FullName}: {member}";
    }

    private static string Kind(Type type) =>
        type.IsEnum ? "enum"
        : type.IsInterface ? "interface"
        : type.IsValueType ? "struct"
        : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : type.IsAbstract ? "abstract class"
        : type.IsSealed ? "sealed class"
        : "class";

    private static string Bases(Type type)
    {
        if (type.IsEnum) return "";
        var inherited = type.BaseType?.GetInterfaces() ?? [];
        var bases = type.GetInterfaces().Except(inherited).Where(i => i.IsVisible).Select(Name).Order(StringComparer.Ordinal).ToList();
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType)) bases.Insert(0, Name(parent));
        return bases.Count == 0 ? "" : $" : {string.Join(", ", bases)}";
    }

    private static string? Describe(MemberInfo member) => member switch
    {
        MethodBase method when !Seen(method) || method.IsDefined(typeof(CompilerGeneratedAttribute)) => null,
        ConstructorInfo constructor => $"{Scope(constructor)}new({Parameters(constructor)})",
        MethodInfo { IsSpecialName: true } method when !method.Name.StartsWith("op_", StringComparison.Ordinal) => null,
        MethodInfo method => $"{Scope(method)}{Name(method.ReturnType)} {method.Name}({Parameters(method)})",
        PropertyInfo property when property.GetAccessors(true).Where(Seen).ToList() is { Count: > 0 } accessors =>
            $"{Scope(accessors[0])}{(property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "")}{Name(property.PropertyType)} {property.Name} {{ {string.Join(' ', accessors.Select(Accessor))} }}",
        FieldInfo { IsPublic: true } field => $"{(field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}",
        EventInfo { AddMethod: { } add } happening when Seen(add) => $"{Scope(add)}event {Name(happening.EventHandlerType!)} {happening.Name}",
        _ => null,
    };

    private static bool Seen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Scope(MethodBase method) => $"{(method.IsPublic ? "" : "protected ")}{(method.IsStatic ? "static " : "")}";

    private static string Accessor(MethodInfo accessor) =>
        accessor.ReturnType != typeof(void) ? "get;"
        : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init;"
        : "set;";

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(p => $"{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? $" = {p.DefaultValue ?? "default"}" : "")}"));

    private static string Name(Type type)
    {
        if (type.IsArray) return $"{Name(type.GetElementType()!)}[]";
        if (type.IsByRef) return $"ref {Name(type.GetElementType()!)}";
        if (Nullable.GetUnderlyingType(type) is { } underlying) return $"{Name(underlying)}?";
        return type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;
    }
}
